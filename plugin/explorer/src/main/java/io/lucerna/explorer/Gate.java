package io.lucerna.explorer;

import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Where requests may come from, and what an answer forbids the browser.
 *
 * <p>A page of another site can make a browser send a request here. It cannot choose the headers
 * that are looked at: {@code Host} has the name under which the browser found this server, which
 * gives away a name that was bound to this machine's address afterwards; {@code Origin} and {@code
 * Sec-Fetch-Site} say whose page asks. The port is not compared with this server's: at the other
 * end of an SSH tunnel it has another one.
 */
final class Gate {
  private static final Pattern HERE =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d{1,5})?");

  private static final HttpFields HEADERS =
      HttpFields.build()
          .add(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
          .add("X-Content-Type-Options", "nosniff")
          .add("X-Frame-Options", "DENY")
          .add("Referrer-Policy", "no-referrer")
          .add("Cross-Origin-Opener-Policy", "same-origin")
          .add("Cross-Origin-Resource-Policy", "same-origin")
          .add("Cache-Control", "no-store")
          .asImmutable();

  private Gate() {}

  /**
   * Refuses what no page of this server sends.
   *
   * @param api whether the API is asked, which no link of another site does either
   */
  static void check(Request request, boolean api) {
    HttpFields headers = request.getHeaders();
    String host = String.valueOf(headers.get(HttpHeader.HOST)).toLowerCase(Locale.ROOT);
    if (!HERE.matcher(host).matches()) {
      throw new Refusal(403, "this server answers to localhost and 127.0.0.1 only");
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      throw new Refusal(403, "this server does not answer pages of other sites");
    }
    String site = headers.get("Sec-Fetch-Site");
    if (api && site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw new Refusal(403, "this server does not answer pages of other sites");
    }
  }

  /** Adds what every answer has. */
  static void protect(HttpFields.Mutable headers) {
    for (HttpField header : HEADERS) {
      headers.put(header);
    }
  }
}
