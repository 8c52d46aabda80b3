"""Training steps of iTransformer at the official ETTh1 settings in PyTorch, as a peer of `Anyformer.Benchmarks step itransformer`.

Prints one JSON object: steps a second over the measured time.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, HORIZON, VARIATES, MARKS = 96, 96, 7, 4
WIDTH, HEADS, LAYERS, DROPOUT, BATCH = 256, 8, 2, 0.1, 32


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x):
        batch, tokens, _ = x.shape
        split = lambda t: t.view(batch, tokens, HEADS, -1).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = self.dropout(torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(WIDTH // HEADS), dim=-1))
        return self.out((weights @ v).transpose(1, 2).reshape(batch, tokens, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.hidden, self.output = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)

    def forward(self, x):
        x = self.norm1(x + self.dropout(self.attention(x)))
        y = self.dropout(self.output(self.dropout(F.gelu(self.hidden(x)))))
        return self.norm2(x + y)


class ITransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.dropout = nn.Linear(LOOKBACK, WIDTH), nn.Dropout(DROPOUT)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, HORIZON)

    def forward(self, past, marks):
        mean = past.mean(1, keepdim=True).detach()
        past = past - mean
        deviation = torch.sqrt(past.var(1, keepdim=True, unbiased=False) + 1e-5)
        x = torch.cat([past / deviation, marks], 2).transpose(1, 2)
        x = self.dropout(self.embedding(x))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)).transpose(1, 2)[:, :, :VARIATES] * deviation + mean


def main():
    options = begin(training_parser())
    model = ITransformer()
    past, marks, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, LOOKBACK, MARKS), torch.randn(BATCH, HORIZON, VARIATES)
    measure(training_step(model, lambda: F.mse_loss(model(past, marks), target), options), options, warm_up=20)


if __name__ == "__main__":
    main()
