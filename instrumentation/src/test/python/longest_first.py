"""Writes longest-first.txt: how many tokens of pairs transformers keeps. Run in the repository."""
import random
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast
t=Tokenizer(models.WordLevel({"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3,"b":4},unk_token="[UNK]"))
t.pre_tokenizer=pre_tokenizers.Whitespace()
t.post_processor=processors.TemplateProcessing(single="[CLS] $A [SEP]",pair="[CLS] $A [SEP] $B [SEP]",special_tokens=[("[CLS]",1),("[SEP]",2)])
f=PreTrainedTokenizerFast(tokenizer_object=t)
r=random.Random(7); out=["# query passage limit keptQuery keptPassage: transformers 5.18, truncation='longest_first', three special tokens"]
for _ in range(120):
    q,p,m=r.randint(1,40),r.randint(0,40),r.randint(5,60)
    ids=f("a "*q,"b "*p,truncation="longest_first",max_length=m)["input_ids"]
    out.append(f"{q} {p} {m} {ids.count(3)} {ids.count(4)}")
open("reranker/src/test/resources/io/lucerna/reranker/input/longest-first.txt","w").write("\n".join(out)+"\n")
