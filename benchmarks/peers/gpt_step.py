"""Training steps of a GPT of 6 layers of width 384 on 4 x 256 characters in PyTorch, as a peer of `Anyformer.Benchmarks step gpt`.

GPT-2's layers as they are usually written. Prints one JSON object: steps a second over the measured time.
"""
import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

VOCABULARY, TOKENS, WIDTH, LAYERS, HEADS, BATCH = 65, 256, 384, 6, 6, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fc, self.out = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("visible", torch.ones(TOKENS, TOKENS, dtype=torch.bool).tril(), persistent=False)

    def forward(self, x):
        batch, count, _ = x.shape
        q, k, v = (part.view(batch, count, HEADS, -1).transpose(1, 2) for part in self.qkv(self.ln_1(x)).split(WIDTH, 2))
        scores = (q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5).masked_fill(~self.visible[:count, :count], float("-inf"))
        x = x + self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, count, WIDTH))
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.ln_f = nn.LayerNorm(WIDTH)

    def forward(self, ids):
        x = self.blocks(self.wte(ids) + self.wpe(torch.arange(ids.shape[1])))
        return F.linear(self.ln_f(x), self.wte.weight)


def main():
    options = begin(training_parser())
    model = Gpt()
    ids, following = torch.randint(VOCABULARY, (BATCH, TOKENS)), torch.randint(VOCABULARY, (BATCH, TOKENS))
    measure(training_step(model, lambda: F.cross_entropy(model(ids).flatten(0, 1), following.flatten()), options), options)


if __name__ == "__main__":
    main()
