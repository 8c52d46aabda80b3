"""Training steps of Crossformer at its official ETTh1 settings, 168 to 24, in PyTorch, as a peer of `Anyformer.Benchmarks step crossformer`.

Built as the authors built theirs, copies and all. Prints one JSON object: steps a second over the measured time.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, HORIZON, VARIATES, SEGMENT, WINDOW, ROUTERS = 168, 24, 7, 6, 2, 10
WIDTH, HIDDEN, HEADS, SCALES, DROPOUT, BATCH = 256, 512, 4, 3, 0.2, 32


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, tokens, context):
        split = lambda t: t.view(t.shape[0], t.shape[1], HEADS, -1)
        q, k, v = split(self.query(tokens)), split(self.key(context)), split(self.value(context))
        scores = torch.einsum("blhe,bshe->bhls", q, k)
        weights = self.dropout(torch.softmax(scores / math.sqrt(WIDTH // HEADS), dim=-1))
        return self.out(torch.einsum("bhls,bshd->blhd", weights, v).reshape(tokens.shape))


def mlp(hidden):
    return nn.Sequential(nn.Linear(WIDTH, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))


class TwoStageAttention(nn.Module):
    def __init__(self, segments):
        super().__init__()
        self.time, self.sender, self.receiver = Attention(), Attention(), Attention()
        self.router = nn.Parameter(torch.randn(segments, ROUTERS, WIDTH))
        self.dropout = nn.Dropout(DROPOUT)
        self.norm1, self.norm2, self.norm3, self.norm4 = (nn.LayerNorm(WIDTH) for _ in range(4))
        self.mlp1, self.mlp2 = mlp(HIDDEN), mlp(HIDDEN)

    def forward(self, x):
        batch, variates, segments, _ = x.shape
        x = x.reshape(batch * variates, segments, WIDTH)
        x = self.norm1(x + self.dropout(self.time(x, x)))
        x = self.norm2(x + self.dropout(self.mlp1(x)))
        x = x.view(batch, variates, segments, WIDTH).transpose(1, 2).reshape(batch * segments, variates, WIDTH)
        buffer = self.sender(self.router.repeat(batch, 1, 1), x)
        x = self.norm3(x + self.dropout(self.receiver(x, buffer)))
        x = self.norm4(x + self.dropout(self.mlp2(x)))
        return x.view(batch, segments, variates, WIDTH).transpose(1, 2).contiguous()


class Merging(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(WINDOW * WIDTH), nn.Linear(WINDOW * WIDTH, WIDTH)

    def forward(self, x):
        return self.linear(self.norm(torch.cat([x[:, :, i::WINDOW] for i in range(WINDOW)], -1)))


class DecoderLayer(nn.Module):
    def __init__(self, segments):
        super().__init__()
        self.self_attention, self.cross_attention = TwoStageAttention(segments), Attention()
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)
        self.mlp, self.head = mlp(WIDTH), nn.Linear(WIDTH, SEGMENT)

    def forward(self, x, scale):
        shape = x.shape
        x = self.self_attention(x).flatten(0, 1)
        x = self.norm1(x + self.dropout(self.cross_attention(x, scale.flatten(0, 1))))
        x = self.norm2(x + self.mlp(x)).view(shape)
        return x, self.head(x).flatten(2)


class Crossformer(nn.Module):
    def __init__(self):
        super().__init__()
        segments, out = LOOKBACK // SEGMENT, HORIZON // SEGMENT
        self.embedding, self.norm = nn.Linear(SEGMENT, WIDTH), nn.LayerNorm(WIDTH)
        self.positions = nn.Parameter(torch.randn(1, VARIATES, segments, WIDTH))
        self.start = nn.Parameter(torch.randn(1, VARIATES, out, WIDTH))
        self.attention = nn.ModuleList(TwoStageAttention(math.ceil(segments / WINDOW**i)) for i in range(SCALES))
        self.merging = nn.ModuleList(Merging() for _ in range(SCALES - 1))
        self.decoder = nn.ModuleList(DecoderLayer(out) for _ in range(SCALES + 1))

    def forward(self, past):
        batch = past.shape[0]
        x = past.view(batch, -1, SEGMENT, VARIATES).permute(0, 3, 1, 2)
        scales = [self.norm(self.embedding(x) + self.positions)]
        for i, attention in enumerate(self.attention):
            x = scales[-1] if i == 0 else self.merging[i - 1](scales[-1])
            scales.append(attention(x))
        y, total = self.start.repeat(batch, 1, 1, 1), 0
        for layer, scale in zip(self.decoder, scales):
            y, forecast = layer(y, scale)
            total = total + forecast
        return total.transpose(1, 2)


def main():
    options = begin(training_parser())
    model = Crossformer()
    past, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, HORIZON, VARIATES)
    measure(training_step(model, lambda: F.mse_loss(model(past), target), options), options)


if __name__ == "__main__":
    main()
