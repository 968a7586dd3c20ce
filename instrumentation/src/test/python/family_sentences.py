"""The text that the small tokenizers are trained on and the references take their words from."""

SENTENCES = """
A lamp gives light because its wick draws oil up to the flame.
The keeper of the lighthouse trims the wick each night and cleans the glass each morning.
Which oil burns longest in a small clay lamp? Olive oil, said the potter.
Ships at sea steer by the light on the hill; when it fails, they wait for the day.
Search engines rank passages for a query: the best passage should stand first.
A ranking model reads the query and the passage together and gives them one score.
In 1823 a lens of glass rings made one small flame visible at 30 miles.
The lens doesn't make light, it only gathers what the flame throws away.
Moths come to a lamp at night, and nobody knows quite why they circle it.
What is the capital of the island? The harbour town is its capital and its only town.
Relevant documents answer the question; other documents only repeat its words.
Heat, water and salt wear the tower's stones, so masons mend them every 5 years.
He wrote in the log: wind north-east, sea calm, lamp lit at 18:45, all well.
She measured the flame's height (12.5 mm) and wrote it down with the hour and the oil used.
Gas replaced oil, and electric bulbs replaced gas; the tower stayed the same.
Can a model trained on questions about ships answer questions about trains?
The first bulbs lasted 40 hours, later ones 1,200 hours, today's even 25,000 hours.
Fog hides the light, therefore a horn sounds every 20 seconds until it lifts.
Documents about fog and horns: 3 of 10 were judged relevant, 7 were not.
To judge a document is to say yes or no, or to give a grade from 0 to 3.
No lamp burns for ever, yes, but a careful keeper has a second one ready.
true or false: a wider wick gives a brighter light. true, but it also smokes.
false answers are worse than none at all, the old keeper used to say.
The boat's log names the harbour, the tide and the number of barrels of oil.
A reader who searches for 'lamp oil price 1850' wants numbers, not stories.
Lanterns on the quay: red for danger, green for a clear way, white for the pilot.
Neural networks learn weights; their neurons light up when a pattern is seen.
The instrument shows which part of the model made the score rise or fall.
Copper pipes, brass caps, linen wicks and glass chimneys were sold by the dozen.
If the night is clear, stars are enough; if it isn't, we need the lamp again.
""".strip().split("\n")
BEYOND_ASCII = [
    "Das Café in Zürich heißt „Zur Laterne“ – naïve Gäste suchen Öl.",
    "Маяк горит, 灯台の光。",
    "φάρος ночью 5€ ½",
]
ANSWERS = "yes no Yes No true false".split()


def training_lines(small):
    """The answers come often enough that a trainer makes each of them one token."""
    prompts = ["Query: Document: Relevant: query: document:", "A: B: <Instruct>: <Query>: <Document>:"]
    lines = SENTENCES + ([] if small else BEYOND_ASCII) + prompts * 20
    return lines + [f" {answer}" for answer in ANSWERS] * 40 + ANSWERS * 40
