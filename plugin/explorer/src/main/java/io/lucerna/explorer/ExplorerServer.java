package io.lucerna.explorer;

import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Serves the page and its API to browsers, of this machine alone unless it is told otherwise. */
public final class ExplorerServer implements AutoCloseable {
  private static final String JSON = "application/json";

  /** Names this start of the server, so that a page sees that another answers it. */
  private static final String START = "Lucerna-Start";

  private static final int THREADS = 16;
  private static final int CONNECTIONS = 512;
  private static final int LONGEST_HEADERS = 8 << 10;

  private static final int NEXT_PORTS = 100;

  private final Server server;
  private final ServerConnector connector;
  private final Listening listening;
  private final Served served;

  /**
   * What a server has.
   *
   * @param end frees what is its own
   */
  private record Served(Desk desk, Api api, Assets assets, Runnable end) {}

  private ExplorerServer(
      Server server, ServerConnector connector, Listening listening, Served served) {
    this.server = server;
    this.connector = connector;
    this.listening = listening;
    this.served = served;
  }

  /**
   * Starts.
   *
   * @param listening where
   * @param ranker what ranks; it stays the caller's
   * @param explored what is ranked; it stays the caller's
   * @param qrels the judgments; none if there are none
   * @param level the lowest grade that is relevant
   * @param launch what the page's command lines are made of
   * @param failures told of what a request brought about and should not have
   * @throws IOException if the port is taken; the message names one that is free
   */
  public static ExplorerServer start(
      Listening listening,
      Ranker ranker,
      Explored explored,
      Qrels qrels,
      int level,
      Launch launch,
      Consumer<Throwable> failures)
      throws IOException {
    Workbench workbench = new Workbench(ranker, explored, qrels, level, launch);
    return start(listening, workbench, Limits.DEFAULT, failures);
  }

  /**
   * Starts a server that shows a folder.
   *
   * @param listening where
   * @param opened the folder; it stays the caller's
   * @param failures told of what a request brought about and should not have
   * @throws IOException if the port is taken; the message names one that is free
   */
  public static ExplorerServer start(
      Listening listening, Opened opened, Consumer<Throwable> failures) throws IOException {
    Limits limits = Limits.DEFAULT;
    Desk desk = new Desk(limits.work());
    Api api = new Api(opened, desk, limits.body());
    Served served = new Served(desk, api, new Assets(Assets.FOLDER), () -> {});
    return start(listening, served, limits, failures);
  }

  /** A server that ranks, with other limits. */
  static ExplorerServer start(
      Listening listening, Workbench workbench, Limits limits, Consumer<Throwable> failures)
      throws IOException {
    Desk desk = new Desk(limits.work());
    Api api = new Api(workbench, desk, limits.body());
    Served served = new Served(desk, api, new Assets(Assets.RANKING), workbench::close);
    return start(listening, served, limits, failures);
  }

  private static ExplorerServer start(
      Listening listening, Served served, Limits limits, Consumer<Throwable> failures)
      throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("explorer");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(
        VirtualThreads.getNamedVirtualThreadsExecutor("explorer-request-"));
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(LONGEST_HEADERS);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(listening.host());
    connector.setPort(listening.port());
    connector.setIdleTimeout(limits.idle().toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, server));
    Site site = new Site(served.assets, new Gate(listening), served.api, failures);
    server.setHandler(site);
    server.setErrorHandler(site::unreadable);
    ExplorerServer explorer = new ExplorerServer(server, connector, listening, served);
    boolean started = false;
    try {
      connector.open();
      server.start();
      started = true;
      return explorer;
    } catch (IOException e) {
      throw e instanceof BindException || e.getCause() instanceof BindException
          ? taken(listening, e)
          : e;
    } catch (Exception e) {
      throw new IOException("the server cannot start: " + e.getMessage(), e);
    } finally {
      if (!started) {
        explorer.close();
      }
    }
  }

  /**
   * Looks whether a port can be listened at, before anything is read that takes long.
   *
   * @throws IOException if it is taken, and the message names one that is free; or the host is not
   *     this machine
   */
  public static void requireFree(Listening listening) throws IOException {
    try (ServerSocket free = new ServerSocket(listening.port(), 1, listening.address())) {
      free.getLocalPort();
    } catch (BindException e) {
      throw taken(listening, e);
    }
  }

  private static IOException taken(Listening listening, IOException cause) {
    int port = listening.port();
    for (int next = port + 1; port > 0 && next <= Math.min(port + NEXT_PORTS, 65_535); next++) {
      try (ServerSocket free = new ServerSocket(next, 1, listening.address())) {
        return new IOException(
            "port " + port + " is taken; " + free.getLocalPort() + " is free: -port " + next,
            cause);
      } catch (IOException e) {
        // Taken too.
      }
    }
    try (ServerSocket any = new ServerSocket(0, 1, listening.address())) {
      return new IOException(
          "port " + port + " is taken; " + any.getLocalPort() + " is free: -port 0 finds one",
          cause);
    } catch (IOException e) {
      return new IOException(listening.host() + " is no address of this machine", e);
    }
  }

  /** Where the page is, with the token if it needs one. */
  public URI address() {
    return listening.page(connector.getLocalPort());
  }

  /** Ends what is being done and listens no longer. */
  @Override
  public void close() {
    served.desk.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server cannot stop", e);
    } finally {
      served.end.run();
    }
  }

  /** Everything that is answered. */
  private static final class Site extends Handler.Abstract {
    private final Assets assets;
    private final Gate gate;
    private final Api api;
    private final Consumer<Throwable> failures;
    private final String start = UUID.randomUUID().toString();

    Site(Assets assets, Gate gate, Api api, Consumer<Throwable> failures) {
      this.assets = assets;
      this.gate = gate;
      this.api = api;
      this.failures = failures;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      try {
        String path = Request.getPathInContext(request);
        boolean asks = path.startsWith(Api.ROOT);
        gate.check(request, asks);
        // Idle is who waits for the model.
        request.addIdleTimeoutListener(timeout -> false);
        if (path.equals("/") && gate.bringsToken(request)) {
          response.getHeaders().put(gate.keepToken());
          response.getHeaders().put(HttpHeader.LOCATION, "/");
          send(response, 303, JSON, new byte[0], callback);
        } else if (asks) {
          send(response, 200, JSON, api.answer(request), callback);
        } else {
          file(request, path, response, callback);
        }
      } catch (Refusal refusal) {
        refuse(response, refusal, callback);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        refuse(response, new Refusal(503, "the server is ending"), callback);
      } catch (Exception | OutOfMemoryError e) {
        failures.accept(e);
        refuse(response, new Refusal(500, "the request failed; the terminal says why"), callback);
      }
      return true;
    }

    private void file(Request request, String path, Response response, Callback callback) {
      if (!request.getMethod().equals("GET")) {
        throw new Refusal(405, "use GET");
      }
      Optional<Assets.Asset> asset = assets.at(path);
      if (asset.isEmpty()) {
        throw new Refusal(404, "there is nothing here");
      }
      send(response, 200, asset.get().type(), asset.get().bytes(), callback);
    }

    /** What the server could not read as a request at all. */
    boolean unreadable(Request request, Response response, Callback callback) {
      refuse(response, new Refusal(response.getStatus(), "the request is malformed"), callback);
      return true;
    }

    private void refuse(Response response, Refusal refusal, Callback callback) {
      byte[] body = Api.error(refusal.reason(), refusal.column());
      send(response, refusal.status(), JSON, body, callback);
    }

    private void send(Response response, int status, String type, byte[] body, Callback callback) {
      response.setStatus(status);
      gate.protect(response.getHeaders());
      response.getHeaders().put(START, start);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    }
  }
}
