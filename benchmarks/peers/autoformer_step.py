"""Training steps of Autoformer at its official ETTh1 settings, 96 to 96, in PyTorch, as a peer of `Anyformer.Benchmarks step autoformer`.

Built as the authors built theirs, copies and all. Prints one JSON object: steps a second over the measured time.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, LABEL, HORIZON, VARIATES, MARKS = 96, 48, 96, 7, 4
WIDTH, HIDDEN, HEADS, FACTOR, WINDOW, DROPOUT, BATCH = 512, 2048, 8, 3, 25, 0.05, 32


def decompose(x):
    edge = (WINDOW - 1) // 2
    padded = torch.cat([x[:, :1].repeat(1, edge, 1), x, x[:, -1:].repeat(1, edge, 1)], dim=1)
    trend = F.avg_pool1d(padded.permute(0, 2, 1), WINDOW, 1).permute(0, 2, 1)
    return x - trend, trend


class AutoCorrelation(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, tokens, context):
        split = lambda t: t.view(t.shape[0], t.shape[1], HEADS, -1)
        q, k, v = split(self.query(tokens)), split(self.key(context)), split(self.value(context))
        length, given = q.shape[1], k.shape[1]
        if length > given:
            zeros = torch.zeros_like(q[:, :length - given])
            k, v = torch.cat([k, zeros], dim=1), torch.cat([v, zeros], dim=1)
        else:
            k, v = k[:, :length], v[:, :length]
        last = lambda t: t.permute(0, 2, 3, 1).contiguous()
        spectrum = torch.fft.rfft(last(q), dim=-1) * torch.conj(torch.fft.rfft(last(k), dim=-1))
        mean = torch.mean(torch.mean(torch.fft.irfft(spectrum, n=length, dim=-1), dim=1), dim=1)
        lags = torch.topk(torch.mean(mean, dim=0), int(FACTOR * math.log(length)))[1]
        weights = torch.softmax(torch.stack([mean[:, lag] for lag in lags], dim=-1), dim=-1)
        v, total = last(v), 0
        for i, lag in enumerate(lags):
            total = total + torch.roll(v, -int(lag), -1) * weights[:, i].view(-1, 1, 1, 1).repeat(1, *v.shape[1:])
        return self.out(total.permute(0, 3, 1, 2).contiguous().view(tokens.shape))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.output = nn.Conv1d(WIDTH, HIDDEN, 1, bias=False), nn.Conv1d(HIDDEN, WIDTH, 1, bias=False)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x):
        return self.dropout(self.output(self.dropout(F.gelu(self.hidden(x.transpose(-1, 1)))))).transpose(-1, 1)


class EncoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.feed_forward, self.dropout = AutoCorrelation(), FeedForward(), nn.Dropout(DROPOUT)

    def forward(self, x):
        x, _ = decompose(x + self.dropout(self.attention(x, x)))
        return decompose(x + self.feed_forward(x))[0]


class DecoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attention, self.cross_attention = AutoCorrelation(), AutoCorrelation()
        self.feed_forward, self.dropout = FeedForward(), nn.Dropout(DROPOUT)
        self.trend = nn.Conv1d(WIDTH, VARIATES, 3, padding=1, padding_mode="circular", bias=False)

    def forward(self, x, context):
        x, first = decompose(x + self.dropout(self.self_attention(x, x)))
        x, second = decompose(x + self.dropout(self.cross_attention(x, context)))
        x, third = decompose(x + self.feed_forward(x))
        return x, self.trend((first + second + third).permute(0, 2, 1)).transpose(1, 2)


class SeasonNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LayerNorm(WIDTH)

    def forward(self, x):
        x = self.layer(x)
        return x - torch.mean(x, dim=1).unsqueeze(1).repeat(1, x.shape[1], 1)


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.values = nn.Conv1d(VARIATES, WIDTH, 3, padding=1, padding_mode="circular", bias=False)
        self.calendar, self.dropout = nn.Linear(MARKS, WIDTH, bias=False), nn.Dropout(DROPOUT)

    def forward(self, x, marks):
        return self.dropout(self.values(x.permute(0, 2, 1)).transpose(1, 2) + self.calendar(marks))


class Autoformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_embedding, self.decoder_embedding = Embedding(), Embedding()
        self.encoder = nn.Sequential(EncoderLayer(), EncoderLayer(), SeasonNorm())
        self.decoder, self.norm, self.head = DecoderLayer(), SeasonNorm(), nn.Linear(WIDTH, VARIATES)

    def forward(self, past, past_marks, marks):
        season, trend = decompose(past)
        trend = torch.cat([trend[:, -LABEL:], past.mean(dim=1).unsqueeze(1).repeat(1, HORIZON, 1)], dim=1)
        season = torch.cat([season[:, -LABEL:], torch.zeros(past.shape[0], HORIZON, VARIATES)], dim=1)
        x, residual = self.decoder(self.decoder_embedding(season, marks), self.encoder(self.encoder_embedding(past, past_marks)))
        return (trend + residual + self.head(self.norm(x)))[:, -HORIZON:]


def main():
    options = begin(training_parser())
    model = Autoformer()
    past, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, HORIZON, VARIATES)
    past_marks, marks = torch.randn(BATCH, LOOKBACK, MARKS), torch.randn(BATCH, LABEL + HORIZON, MARKS)
    measure(training_step(model, lambda: F.mse_loss(model(past, past_marks, marks), target), options), options)


if __name__ == "__main__":
    main()
