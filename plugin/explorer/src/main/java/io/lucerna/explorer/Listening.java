package io.lucerna.explorer;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Where the server listens, and what a client must know to be answered.
 *
 * @param host a name or an address of this machine, or {@code 0.0.0.0} for all of them
 * @param port 0 for any that is free
 * @param token the secret; empty where none is needed, which is on loopback alone
 */
public record Listening(String host, int port, String token) {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{16,128}");
  private static final int TOKEN_BYTES = 18;

  /**
   * Checks the token, and makes one where one is needed and none is given.
   *
   * @throws IllegalArgumentException if the host is unknown, or the token too short, too long, or
   *     of other characters than an address has as they are
   */
  public Listening {
    if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "a token has 16 to 128 characters of A-Z, a-z, 0-9, - and _");
    }
    if (token.isEmpty() && !address(host).isLoopbackAddress()) {
      token = made();
    }
  }

  /** Where only this machine reaches it. */
  public static Listening here(int port) {
    return new Listening(LOOPBACK, port, "");
  }

  private static String made() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("there is no host " + host, e);
    }
  }

  InetAddress address() {
    return address(host);
  }

  /** Whether a client knows the token; how long that takes says nothing of it. */
  boolean isToken(String given) {
    return MessageDigest.isEqual(bytes(token), bytes(given));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The address of the page, as a browser that has no cookie yet must be given it. */
  URI page(int realPort) {
    String name = address().isAnyLocalAddress() ? ownName() : host;
    String query = token.isEmpty() ? "" : "?token=" + token;
    return URI.create("http://" + inAddress(name) + ":" + realPort + "/" + query);
  }

  /** A host as an address has it: IPv6 in brackets. */
  static String inAddress(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /** What this machine calls itself. */
  static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return LOOPBACK;
    }
  }
}
