package io.lucerna.instrumentation.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import org.junit.jupiter.api.Test;

class NativeSettingsTest {
  private static final String NAME = "ONEDNN_PRIMITIVE_CACHE_CAPACITY";

  @Test
  void nativeCodeSeesThem() {
    assumeFalse(Platform.isWindows(), "skipped: Windows has no setenv");
    assumeTrue(System.getenv(NAME) == null, "skipped: the environment says how many");
    NativeSettings.apply();
    Object[] name = {NAME};
    String value = NativeLibrary.getProcess().getFunction("getenv").invokeString(name, false);
    assertEquals("64", value);
  }
}
