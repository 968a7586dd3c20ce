package io.lucerna.anserini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.Work;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PassageCleaningTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `<html>\n<pre>\n A  title\n</pre></html>`|A title
          `a<br/>b<BR />c<p class="x">d</p>`|a b c d
          `one<!-- two <b> -->three`|one three
          `<!DOCTYPE html><?xml version="1.0"?>x`|x
          `<script>if (a<b) f();</script>y<style type="a">p{}</style>`|y
          `<DOC><DOCNO>1</DOCNO><TEXT lang="en">z</TEXT></DOC>`|1 z
          `if a < b and c > d`|`if a < b and c > d`
          `x<y, 1<=m<=n, p>q`|`x<y, 1<=m<=n, p>q`
          `x <y and y> z`|`x <y and y> z`
          `fish &amp; chips &lt;b&gt; &#233;&eacute;`|`fish & chips <b> éé`
          `AT&T, R & D`|`AT&T, R & D`
          `List<String> a; Map<String, List<Object>> m`|`List<String> a; Map<String, List<Object>> m`
          `Box<A> x; vec<Option> y; <T extends Foo> z`|`Box<A> x; vec<Option> y; <T extends Foo> z`
          `#include <stdio.h> template <generic>`|`#include <stdio.h> template <generic>`
          `if a <b and c> d`|`if a <b and c> d`
          `if a <b and c=1> d`|`if a <b and c=1> d`
          `<?php echo 1 ?> <foo bar="1">x</foo>`|`<?php echo 1 ?> <foo bar="1">x</foo>`
          `<P ID=2><F P=105>x</F><LEADPARA>y</LEADPARA>`|x y
          `<td nowrap>a<td align=left nowrap>b`|a b
          `word<b>bold</b> and<a href=x>link`|word bold and link
          `a\u00a0 \u2003b`|`a b`
          """)
  void markupLeavesTextAlone(String raw, String expected) {
    assertEquals(expected, PassageCleaning.MARKUP.apply(raw));
  }

  @Test
  void cacmDropsCitationLinesOnly() {
    String raw = "<pre>\nTitle 1 2 3\n10\t20\n1938\t5\t1938\r\n1\t2\t3\n4\t5\t6 x\n</pre>";
    assertEquals("Title 1 2 3 10 20 4 5 6 x", PassageCleaning.CACM.apply(raw));
    assertEquals("Title 1 2 3 10 20 1938 5 1938 1 2 3 4 5 6 x", PassageCleaning.MARKUP.apply(raw));
    assertEquals(raw, PassageCleaning.NONE.apply(raw));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<a ", "<!-- ", "<script>", "<script ", "</", "&", "1\t", "<b x=<", "<!a", "x<b>"})
  void hugeAndHostileTextsAreCleanedWithLittleWork(String part) {
    String text = part.repeat(200_000);
    for (PassageCleaning cleaning : List.of(PassageCleaning.CACM, PassageCleaning.MARKUP)) {
      Work work = Work.begin();
      cleaning.apply(text);
      work.within(cleaning + " of " + part, Duration.ofSeconds(10), 500L * text.length());
    }
  }

  @Test
  void whatIsNeverClosedHidesTheRest() {
    assertEquals("a", PassageCleaning.MARKUP.apply("a <!-- b <i>c</i>"));
    assertEquals("a", PassageCleaning.MARKUP.apply("a <script> b <i>c</i>"));
    assertEquals("a <i b c", PassageCleaning.MARKUP.apply("a <i b <u> c"));
  }

  @Test
  void namesAreThoseOfTheOption() {
    for (PassageCleaning cleaning : PassageCleaning.values()) {
      assertEquals(cleaning, PassageCleaning.parse(cleaning.optionName()));
    }
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PassageCleaning.parse("html"));
    assertEquals("unknown passage cleaning 'html'; use none, markup or cacm", e.getMessage());
  }

  /**
   * Against a Python script over CACM that replaces {@code <[^>]+>} by a space, applies {@code
   * html.unescape}, drops the citation lines and joins whitespace.
   */
  @Test
  void cacmEqualsTheReference() throws Exception {
    Path file = Checkout.shared("collections/cacm/cacm.tar.gz");
    assumeTrue(Files.exists(file), "skipped the comparison on CACM: no " + file);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (Map.Entry<String, String> record : records(file).entrySet()) {
      String passage = PassageCleaning.CACM.apply(record.getValue());
      digest.update((record.getKey() + "\t" + passage + "\n").getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(
        "3fcf347f86ec948bd78d9de625303924cc4da480ea17619d95860bdb3be71351",
        HexFormat.of().formatHex(digest.digest()));
  }

  private static Map<String, String> records(Path file) throws Exception {
    Map<String, String> records = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        if (entry.isFile()) {
          records.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    assertEquals(3204, records.size());
    return records;
  }
}
