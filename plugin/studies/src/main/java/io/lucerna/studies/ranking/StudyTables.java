package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.studies.table.Table;

/** The tables of a study's folder, whose rows are records. */
@Internal
public final class StudyTables {
  /** {@code comparison.csv}. */
  public static final Table<Contrast> CONTRASTS = Table.of(Contrast.class, "condition", "measure");

  /** {@code topics.csv}. */
  public static final Table<TopicValue> TOPICS =
      Table.of(TopicValue.class, "condition", "measure", "topic");

  /** {@code ranks.csv}. */
  public static final Table<TopicOrder> ORDERS = Table.of(TopicOrder.class, "condition", "topic");

  /** {@code moves.csv}. */
  public static final Table<Move> MOVES = Table.of(Move.class, "condition", "topic", "docid");

  /** {@code heads.csv}. */
  public static final Table<HeadChange> HEADS = Table.of(HeadChange.class, "condition");

  /** {@code screen.csv}. */
  public static final Table<ScreenRow> SCREEN = Table.of(ScreenRow.class, "condition", "measure");

  /** {@code agreement.csv}. */
  public static final Table<ScreenAgreement> AGREEMENT =
      Table.of(ScreenAgreement.class, "measure", "chosen_by");

  /** {@code dose-response.csv}. */
  public static final Table<DoseResponse> DOSES =
      Table.of(DoseResponse.class, "vector", "measure", "dose");

  private StudyTables() {}
}
