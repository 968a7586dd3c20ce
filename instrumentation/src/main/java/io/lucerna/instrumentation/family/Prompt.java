package io.lucerna.instrumentation.family;

import java.util.List;

/**
 * How a model that reads query and passage in one prompt is asked.
 *
 * @param text has {@code {query}} and {@code {passage}} where the texts stand
 * @param answers the word for not relevant, then that for relevant; empty where a head of labels
 *     scores
 * @param yesAlone whether the logit of the second word alone is the score, and not its share
 */
public record Prompt(String text, List<String> answers, boolean yesAlone) {
  /** Nogueira et al. 2020, "Document Ranking with a Pretrained Sequence-to-Sequence Model". */
  public static final String MONO_T5 = "Query: {query} Document: {passage} Relevant:";

  /** Of rerankers with a head on a decoder's last token (Ma et al. 2023, RankLLaMA). */
  public static final Prompt RANK =
      new Prompt("query: {query} document: {passage}", List.of(), false);

  /** Of bge-reranker-v2-gemma, of which FlagEmbedding takes the logit of Yes. */
  public static final Prompt BGE =
      new Prompt(
          "A: {query}\nB: {passage}\nGiven a query A and a passage B, determine whether the passage"
              + " contains an answer to the query by providing a prediction of either 'Yes' or"
              + " 'No'.",
          List.of("No", "Yes"),
          true);

  /** Of Qwen3-Reranker, with the instruction that it has by default. */
  public static final Prompt QWEN3 =
      new Prompt(
          "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query"
              + " and the Instruct provided. Note that the answer can only be \"yes\" or"
              + " \"no\".<|im_end|>\n<|im_start|>user\n<Instruct>: Given a web search query,"
              + " retrieve relevant passages that answer the query\n<Query>: {query}\n<Document>:"
              + " {passage}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
          List.of("no", "yes"),
          false);

  /** Copies the words. */
  public Prompt {
    answers = List.copyOf(answers);
  }

  /** The same model with another text: where its own asks for Yes and No, another may not. */
  public Prompt asking(String other) {
    if (other.equals(text)) {
      return this;
    }
    return new Prompt(other, yesAlone ? List.of("no", "yes") : answers, false);
  }
}
