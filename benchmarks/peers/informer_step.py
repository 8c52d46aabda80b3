"""Training steps of Informer at its official ETTh1 settings, 96 to 96, in PyTorch, as a peer of `Anyformer.Benchmarks step informer`.

Built as the authors built theirs, copies and all. Prints one JSON object: steps a second over the measured time.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, LABEL, HORIZON, VARIATES, MARKS = 96, 48, 96, 7, 4
WIDTH, HIDDEN, HEADS, FACTOR, DROPOUT, BATCH = 512, 2048, 8, 5, 0.05, 32


class ProbSparse(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self.causal = causal

    def forward(self, queries, keys, values):
        q, k, v = (x.transpose(2, 1) for x in (queries, keys, values))
        batch, heads, asked, width = q.shape
        answers = k.shape[2]
        share = lambda tokens: min(FACTOR * math.ceil(math.log(tokens)), tokens)
        chosen = torch.randint(answers, (asked, share(answers)))
        sampled = k.unsqueeze(-3).expand(batch, heads, asked, answers, width)[:, :, torch.arange(asked).unsqueeze(1), chosen, :]
        scores = torch.matmul(q.unsqueeze(-2), sampled.transpose(-2, -1)).squeeze(-2)
        top = (scores.max(-1)[0] - scores.sum(-1) / answers).topk(share(asked), sorted=False)[1]
        rows = torch.arange(batch)[:, None, None], torch.arange(heads)[None, :, None], top
        scores = torch.matmul(q[(*rows, slice(None))], k.transpose(-2, -1)) / math.sqrt(width)
        if self.causal:
            context = v.cumsum(dim=-2)
            later = torch.ones(asked, answers, dtype=torch.bool).triu(1).expand(batch, heads, asked, answers)
            scores.masked_fill_(later[(*rows, slice(None))], -math.inf)
        else:
            context = v.mean(dim=-2).unsqueeze(-2).expand(batch, heads, asked, width).clone()
        context[(*rows, slice(None))] = torch.matmul(torch.softmax(scores, dim=-1), v)
        return context.transpose(2, 1).contiguous()


class Full(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, queries, keys, values):
        scores = torch.einsum("blhe,bshe->bhls", queries, keys)
        weights = self.dropout(torch.softmax(scores / math.sqrt(queries.shape[3]), dim=-1))
        return torch.einsum("bhls,bshd->blhd", weights, values).contiguous()


class Attention(nn.Module):
    def __init__(self, function, mix=False):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.function, self.mix = function, mix

    def forward(self, tokens, context):
        split = lambda t: t.view(t.shape[0], t.shape[1], HEADS, -1)
        joined = self.function(split(self.query(tokens)), split(self.key(context)), split(self.value(context)))
        if self.mix:
            joined = joined.transpose(2, 1).contiguous()
        return self.out(joined.view(tokens.shape))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.output, self.dropout = nn.Conv1d(WIDTH, HIDDEN, 1), nn.Conv1d(HIDDEN, WIDTH, 1), nn.Dropout(DROPOUT)

    def forward(self, x):
        return self.dropout(self.output(self.dropout(F.gelu(self.hidden(x.transpose(-1, 1)))))).transpose(-1, 1)


class EncoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.feed_forward = Attention(ProbSparse(causal=False)), FeedForward()
        self.norm1, self.norm2, self.dropout = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)

    def forward(self, x):
        x = self.norm1(x + self.dropout(self.attention(x, x)))
        return self.norm2(x + self.feed_forward(x))


class DecoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attention, self.cross_attention = Attention(ProbSparse(causal=True), mix=True), Attention(Full())
        self.feed_forward, self.dropout = FeedForward(), nn.Dropout(DROPOUT)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(self, x, context):
        x = self.norm1(x + self.dropout(self.self_attention(x, x)))
        x = self.norm2(x + self.dropout(self.cross_attention(x, context)))
        return self.norm3(x + self.feed_forward(x))


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.values = nn.Conv1d(VARIATES, WIDTH, 3, padding=1, padding_mode="circular")
        self.calendar, self.dropout = nn.Linear(MARKS, WIDTH), nn.Dropout(DROPOUT)
        angles = torch.arange(5000).unsqueeze(1) * torch.exp(torch.arange(0, WIDTH, 2) * -(math.log(10000.0) / WIDTH))
        self.register_buffer("positions", torch.stack([angles.sin(), angles.cos()], 2).flatten(1).unsqueeze(0))

    def forward(self, x, marks):
        return self.dropout(self.values(x.permute(0, 2, 1)).transpose(1, 2) + self.positions[:, :x.shape[1]] + self.calendar(marks))


class Distilling(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution, self.norm = nn.Conv1d(WIDTH, WIDTH, 3, padding=1, padding_mode="circular"), nn.BatchNorm1d(WIDTH)

    def forward(self, x):
        return F.max_pool1d(F.elu(self.norm(self.convolution(x.permute(0, 2, 1)))), 3, 2, 1).transpose(1, 2)


class Informer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_embedding, self.decoder_embedding = Embedding(), Embedding()
        self.encoder = nn.Sequential(EncoderLayer(), Distilling(), EncoderLayer(), nn.LayerNorm(WIDTH))
        self.decoder, self.norm, self.head = DecoderLayer(), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VARIATES)

    def forward(self, past, past_marks, marks):
        context = self.encoder(self.encoder_embedding(past, past_marks))
        start = torch.cat([past[:, -LABEL:], torch.zeros(past.shape[0], HORIZON, VARIATES)], 1)
        return self.head(self.norm(self.decoder(self.decoder_embedding(start, marks), context)))[:, -HORIZON:]


def main():
    options = begin(training_parser())
    model = Informer()
    past, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, HORIZON, VARIATES)
    past_marks, marks = torch.randn(BATCH, LOOKBACK, MARKS), torch.randn(BATCH, LABEL + HORIZON, MARKS)
    measure(training_step(model, lambda: F.mse_loss(model(past, past_marks, marks), target), options), options)


if __name__ == "__main__":
    main()
