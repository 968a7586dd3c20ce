package io.lucerna.anserini;

import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.parser.Tag;

/** The elements of HTML, and those of the SGML collections of TREC. */
final class MarkupElements {
  /** AP, WSJ, FT, FR94, FBIS, LA Times, Ziff, the web collections, and the news of LDC. */
  private static final Set<String> SGML =
      Set.of(
          "abs",
          "action",
          "agency",
          "annotation",
          "au",
          "author",
          "billing",
          "byline",
          "cellrule",
          "cfrno",
          "cn",
          "co",
          "correction",
          "correction-date",
          "date",
          "date1",
          "date_time",
          "dateline",
          "descript",
          "do",
          "doc",
          "docdate",
          "dochdr",
          "docid",
          "docno",
          "docoldno",
          "doctitle",
          "doctype",
          "endtime",
          "f",
          "fig",
          "fileid",
          "first",
          "footcite",
          "footname",
          "footnote",
          "frfiling",
          "further",
          "g",
          "graphic",
          "gv",
          "h7",
          "h8",
          "headline",
          "hl",
          "ht",
          "import",
          "in",
          "journal",
          "keyword",
          "leadpara",
          "length",
          "lp",
          "note",
          "ns",
          "page",
          "parent",
          "phrase",
          "profile",
          "pub",
          "re",
          "rindock",
          "rowrule",
          "second",
          "signer",
          "signjob",
          "slug",
          "so",
          "st",
          "subject",
          "supplem",
          "tablecell",
          "tablerow",
          "text",
          "ti",
          "tr",
          "trailer",
          "txt5",
          "type",
          "unk",
          "usbureau",
          "usdept");

  /** Elements whose end tag may be left out, or that have none. */
  private static final Set<String> OPEN =
      Set.of(
          "area", "base", "br", "col", "dd", "dt", "embed", "frame", "hr", "img", "input", "li",
          "link", "meta", "p", "param", "source", "td", "th", "track", "tr", "wbr");

  /**
   * The first attribute has a value, or is one of HTML's that have none. What follows may be as
   * broken as it is on the web.
   */
  private static final Pattern ATTRIBUTES =
      Pattern.compile(
          "\\s++(?:/?$|[\\w:.-]++\\s*+="
              + "|(?i:allowfullscreen|async|checked|compact|controls|defer|disabled|hidden|ismap"
              + "|multiple|nohref|noresize|noshade|nowrap|readonly|required|selected)(?![\\w-])).*+",
          Pattern.DOTALL);

  private MarkupElements() {}

  /** Whether there is an element of this name, in lower case. */
  static boolean isKnown(String name) {
    return SGML.contains(name) || Tag.isKnownTag(name);
  }

  /** Whether what is between a tag's name and its end begins as attributes do. */
  static boolean areAttributes(String rest) {
    return rest.isEmpty() || rest.equals("/") || ATTRIBUTES.matcher(rest).matches();
  }

  /** Whether an element of this name has an end tag. */
  static boolean mustBeClosed(String name) {
    return !OPEN.contains(name);
  }
}
