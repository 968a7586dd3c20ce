package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Words, and positions and token types as far as a model has such tables, summed and normed.
 *
 * @param words [V, E]
 * @param positions [P, E]; null where positions enter otherwise
 * @param firstPosition the row of the first token's position; if it is not 0, the row before it is
 *     the padding's, and so is the id of that number, which is not counted
 * @param types [T, E]; null where there are no token types; if T is 1, all tokens are of that type
 * @param norm the norm of the sum
 */
public record Embeddings(
    NDArray words,
    @Nullable NDArray positions,
    int firstPosition,
    @Nullable NDArray types,
    Norm norm) {

  /** The sites that these tables have. */
  public List<Site> sites() {
    List<Site> sites = new ArrayList<>(List.of(Site.EMBED));
    if (types != null) {
      sites.add(Site.TOKEN_TYPE_EMBED);
    }
    if (positions != null) {
      sites.add(Site.POS_EMBED);
    }
    sites.add(Site.FULL_EMBED);
    return sites;
  }

  /** A batch's embeddings [B, S, E] in the scope, up to and with the hook of their sum. */
  public NDArray apply(NDManager scope, Pass pass) {
    return pass.at(Site.FULL_EMBED, summed(scope, pass));
  }

  /** The same without that hook, for models that map the sum before blocks read it. */
  public NDArray summed(NDManager scope, Pass pass) {
    return norm.apply(sum(scope, pass), pass); // [B, S, E]
  }

  /** The sum before its norm, for models that map it before that. */
  public NDArray sum(NDManager scope, Pass pass) {
    TokenBatch batch = pass.batch();
    Shape shape = new Shape(batch.size(), batch.width());
    NDArray sum = pass.at(Site.EMBED, lookup(scope.create(batch.ids(), shape), words));
    if (types != null) {
      long[] rows = types.getShape().get(0) == 1 ? new long[(int) shape.size()] : batch.types();
      NDArray found = lookup(scope.create(rows, shape), types); // [B, S, E]
      sum = sum.add(pass.at(Site.TOKEN_TYPE_EMBED, found));
    }
    if (positions != null) {
      NDArray found = lookup(scope.create(positions(batch), shape), positions); // [B, S, E]
      sum = sum.add(pass.at(Site.POS_EMBED, found));
    }
    return sum;
  }

  /** A batch's words [B, S, H] in the scope, from a table [V, H], before their hook. */
  public static NDArray words(NDManager scope, Pass pass, NDArray table) {
    TokenBatch batch = pass.batch();
    return lookup(scope.create(batch.ids(), new Shape(batch.size(), batch.width())), table);
  }

  /** Rows of a table [R, W] by their numbers, of any shape: [..., W]. */
  public static NDArray lookup(NDArray ids, NDArray table) {
    return ids.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
  }

  /** Each token's row in the table of positions. */
  private long[] positions(TokenBatch batch) {
    long[] rows = batch.ids();
    int padding = firstPosition - 1; // no id where it is -1
    long last = padding;
    for (int i = 0; i < rows.length; i++) {
      last = i % batch.width() == 0 ? padding : last;
      rows[i] = rows[i] == padding ? padding : ++last;
    }
    return rows;
  }
}
