package io.lucerna.instrumentation.model;

import ai.djl.Device;
import io.lucerna.instrumentation.nn.TorchEngine;
import java.util.Locale;

/** What computes a forward pass. */
public enum Processor {
  /** The cores of this machine, a batch on each. */
  CPU,
  /** The first graphics processor that PyTorch finds, one batch after the other. */
  GPU;

  /** {@return the graphics processor if there is one} */
  public static Processor best() {
    return gpus() > 0 ? GPU : CPU;
  }

  /**
   * {@return the processor of an option's value: {@code cpu} or {@code gpu}}
   *
   * @param option the option's value, in lower case
   * @throws IllegalArgumentException naming these, or if there is no graphics processor
   */
  public static Processor parse(String option) {
    return switch (option) {
      case "cpu" -> CPU;
      case "gpu" -> GPU.there();
      default -> throw new IllegalArgumentException("device must be cpu or gpu, got " + option);
    };
  }

  /** {@return the name of the option's value: {@code cpu} or {@code gpu}} */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  private Processor there() {
    if (gpus() == 0) {
      throw new IllegalArgumentException(
          "device gpu: PyTorch finds none here. It needs an NVIDIA card, its driver, and DJL's "
              + "pytorch-native with CUDA instead of the one for the CPU; or use -device cpu");
    }
    return this;
  }

  Device device() {
    return this == GPU ? Device.gpu() : Device.cpu();
  }

  private static int gpus() {
    return TorchEngine.get().getGpuCount();
  }
}
