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
 * end of an SSH tunnel it has another one. The name of this machine under which the server was told
 * to listen is a good {@code Host} too.
 *
 * <p>Where others than this machine reach the server, an address in digits is a good {@code Host}
 * too, since no name was bound to it; and all but the files of the page needs the token: in a
 * cookie, which the page's own address with the token sets, or in the header {@code Authorization}.
 */
final class Gate {
  private static final String PORT = "(:\\d{1,5})?";
  private static final String HERE = "localhost|127\\.0\\.0\\.1|\\[::1\\]";
  private static final String DIGITS = "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+\\]";
  private static final String BEARER = "Bearer ";

  private static final HttpFields HEADERS =
      HttpFields.build()
          .add(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
          .add("X-Content-Type-Options", "nosniff")
          .add("X-Frame-Options", "DENY")
          .add("Referrer-Policy", "no-referrer")
          .add("Cross-Origin-Resource-Policy", "same-origin")
          .add("Cache-Control", "no-store")
          .asImmutable();

  private final Listening listening;
  private final Pattern hosts;
  private final String cookie;
  private final boolean here;

  Gate(Listening listening) {
    this.listening = listening;
    this.here = listening.address().isLoopbackAddress();
    String own = quoted(Listening.inAddress(listening.host()));
    String known = HERE + "|" + own;
    String elsewhere = DIGITS + "|" + quoted(Listening.ownName());
    this.hosts = Pattern.compile("(" + known + (here ? "" : "|" + elsewhere) + ")" + PORT);
    // A browser keeps the cookies of all ports of a host together.
    this.cookie = "lucerna-" + Integer.toHexString(listening.token().hashCode());
  }

  private static String quoted(String host) {
    return Pattern.quote(host.toLowerCase(Locale.ROOT));
  }

  /**
   * Refuses what no page of this server sends.
   *
   * @param api whether the API is asked, which no link of another site does either
   */
  void check(Request request, boolean api) {
    HttpFields headers = request.getHeaders();
    String host = String.valueOf(headers.get(HttpHeader.HOST)).toLowerCase(Locale.ROOT);
    if (!hosts.matcher(host).matches()) {
      throw new Refusal(403, "this server does not answer to the name in Host");
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      throw new Refusal(403, "this server does not answer pages of other sites");
    }
    String site = headers.get("Sec-Fetch-Site");
    if (api && site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw new Refusal(403, "this server does not answer pages of other sites");
    }
    if (api && !listening.token().isEmpty() && !hasToken(request)) {
      throw new Refusal(401, "open the address that the terminal shows: it has the token");
    }
  }

  private boolean hasToken(Request request) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    if (header != null && header.startsWith(BEARER)) {
      return listening.isToken(header.substring(BEARER.length()));
    }
    return Request.getCookies(request).stream()
        .anyMatch(one -> one.getName().equals(cookie) && listening.isToken(one.getValue()));
  }

  /**
   * Whether a request for the page brings the token, which the browser is to keep as a cookie and
   * to leave out of the address.
   *
   * @throws Refusal if it brings another
   */
  boolean bringsToken(Request request) {
    String query = request.getHttpURI().getQuery();
    if (listening.token().isEmpty() || query == null || !query.startsWith("token=")) {
      return false;
    }
    if (!listening.isToken(query.substring("token=".length()))) {
      throw new Refusal(401, "this is not the token that the terminal shows");
    }
    return true;
  }

  /** What the browser sends back with all that the page asks, and no other site's page makes it. */
  HttpField keepToken() {
    return new HttpField(
        HttpHeader.SET_COOKIE,
        cookie + "=" + listening.token() + "; Path=/; HttpOnly; SameSite=Strict");
  }

  /** Adds what every answer has. */
  void protect(HttpFields.Mutable headers) {
    for (HttpField header : HEADERS) {
      headers.put(header);
    }
    if (here) {
      // Elsewhere, without TLS, a browser ignores it and complains of it.
      headers.put("Cross-Origin-Opener-Policy", "same-origin");
    }
  }
}
