package io.lucerna.instrumentation.hooks;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One place of one model: a site of a stack of blocks, and the block where the site is in each.
 * Prints as TransformerLens' name.
 *
 * @param stack the stack of blocks
 * @param layer the block's number in its stack, from 0; -1 for a site outside of the blocks
 * @param site the kind of place
 */
public record HookPoint(Stack stack, int layer, Site site) {
  /** How points of one kind are named: before and after the layer, or all of it before. */
  private record Name(Stack stack, Site site, String before, String after) {
    static Name of(Stack stack, Site site) {
      String[] parts = stack.template(site).split("%d", -1);
      return new Name(stack, site, parts[0], parts.length > 1 ? parts[1] : "");
    }

    Optional<HookPoint> parse(String name) {
      if (!site.perLayer()) {
        return name.equals(before) ? Optional.of(new HookPoint(stack, -1, site)) : Optional.empty();
      }
      int end = name.length() - after.length();
      boolean fits = name.startsWith(before) && name.endsWith(after) && end > before.length();
      return fits && name.substring(before.length(), end).matches("0|[1-9]\\d{0,8}")
          ? Optional.of(
              new HookPoint(stack, Integer.parseInt(name.substring(before.length(), end)), site))
          : Optional.empty();
    }
  }

  private static final List<Name> NAMES =
      Arrays.stream(Stack.values())
          .flatMap(
              stack ->
                  Arrays.stream(Site.values()).filter(stack::has).map(site -> Name.of(stack, site)))
          .toList();

  /**
   * Checks that stack, layer and site fit.
   *
   * @throws IllegalArgumentException if the stack lacks the site, if a site of blocks has no layer,
   *     or another site has one
   */
  public HookPoint {
    if (!stack.has(site)) {
      throw new IllegalArgumentException(stack + " has no " + site);
    }
    if (site.perLayer() != (layer >= 0)) {
      throw new IllegalArgumentException(
          site + (site.perLayer() ? " needs a layer from 0" : " has no layer") + ", got " + layer);
    }
  }

  /**
   * {@return a point outside of the blocks}
   *
   * @param site a site of the stack that reads the text
   * @throws IllegalArgumentException if every block has the site
   */
  public static HookPoint of(Site site) {
    return of(-1, site);
  }

  /**
   * {@return a point of a block of the stack that reads the text}
   *
   * @param layer the block's number, from 0; -1 for a site outside of the blocks
   * @param site the kind of place
   * @throws IllegalArgumentException if the site needs a layer and gets none, or the reverse
   */
  public static HookPoint of(int layer, Site site) {
    return new HookPoint(Stack.TEXT, layer, site);
  }

  /**
   * {@return the point that prints as this name; empty if none does}
   *
   * @param name TransformerLens' name, such as {@code blocks.3.attn.hook_z}
   */
  public static Optional<HookPoint> parse(String name) {
    return NAMES.stream().flatMap(kind -> kind.parse(name).stream()).findFirst();
  }

  /** {@return the letters of the dimensions, as {@link Site} explains them, outermost first} */
  public List<String> letters() {
    return stack.letters(site);
  }

  /**
   * {@return the dimensions, outermost first and separated by commas, such as {@code batch, pos,
   * d_model}}
   */
  public String dimensions() {
    return String.join(", ", letters());
  }

  /** TransformerLens' name, such as {@code blocks.3.attn.hook_z}. */
  @Override
  public String toString() {
    return stack.template(site).replace("%d", Integer.toString(layer));
  }
}
