"""Training steps of Pathformer at the official ETTh1 settings in PyTorch, as a peer of `Anyformer.Benchmarks step pathformer`.

The structure is the authors': samples are gathered for each expert and scattered back, and attention inside patches loops over the patches.
With --vectorised it is computed for all patches at once instead. Prints one JSON object: steps a second over the measured time.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, HORIZON, VARIATES, BATCH = 96, 96, 7, 128
WIDTH, HIDDEN, CHOSEN = 4, 64, 3
PATCHES = [[16, 12, 8, 32], [12, 8, 6, 4], [8, 6, 4, 2]]
EMBEDDING, CORE, HEADS = 16, 10, 2


def weight(*shape):
    return nn.Parameter(torch.empty(shape).uniform_(-1, 1) / math.sqrt(shape[-1]))


class IntraPatch(nn.Module):
    def __init__(self, size, vectorised):
        super().__init__()
        self.size, self.count, self.vectorised = size, LOOKBACK // size, vectorised
        self.embeddings = nn.Parameter(torch.rand(self.count, 1, 1, VARIATES, EMBEDDING))
        self.queries = nn.ModuleList(nn.Linear(EMBEDDING, WIDTH) for _ in range(self.count))
        self.memory = nn.Parameter(torch.randn(VARIATES, EMBEDDING))
        self.generator = nn.Sequential(nn.Linear(EMBEDDING, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, CORE * CORE))
        self.left = nn.ParameterList(weight(WIDTH, CORE) for _ in range(2))
        self.right = nn.ParameterList(weight(CORE, WIDTH) for _ in range(2))
        self.biases = nn.ParameterList(weight(CORE * CORE, WIDTH) for _ in range(2))
        self.shared = nn.ParameterList(weight(WIDTH, WIDTH) for _ in range(2))
        self.shared_biases = nn.ParameterList(weight(1, WIDTH) for _ in range(2))
        self.spread = nn.Linear(self.count, LOOKBACK)

    def attend(self, query, rows, maps):
        """(batch, 1, variates, width) and (batch, rows, variates, width) to (batch, 1, variates, width)."""
        (key_map, value_map), (key_bias, value_bias) = maps
        keys = torch.matmul(rows.unsqueeze(3), key_map).squeeze(3) + key_bias
        values = torch.matmul(rows.unsqueeze(3), value_map).squeeze(3) + value_bias
        split = lambda t: torch.cat(torch.split(t, WIDTH // HEADS, dim=-1), dim=0)
        query, keys, values = split(query).permute(0, 2, 1, 3), split(keys).permute(0, 2, 3, 1), split(values).permute(0, 2, 1, 3)
        weights = torch.softmax(torch.matmul(query, keys) / math.sqrt(WIDTH // HEADS), dim=-1)
        context = torch.matmul(weights, values).permute(0, 2, 1, 3)
        context = torch.cat(torch.split(context, rows.shape[0], dim=0), dim=-1)
        return torch.relu(context @ self.shared[0] + self.shared_biases[0]) @ self.shared[1] + self.shared_biases[1]

    def forward(self, x):
        core = self.generator(self.memory.unsqueeze(1))
        square = core.view(VARIATES, CORE, CORE)
        maps = [l @ square @ r for l, r in zip(self.left, self.right)], [(core @ b).squeeze(1) for b in self.biases]
        return self.all_at_once(x, maps) if self.vectorised else self.one_by_one(x, maps)

    def one_by_one(self, x, maps):
        outputs = None
        for i in range(self.count):
            query = self.queries[i](self.embeddings[i]).expand(x.shape[0], -1, -1, -1)
            rows = torch.cat([query, x[:, i * self.size:(i + 1) * self.size]], dim=1)
            output = self.attend(query, rows, maps)
            outputs = output if outputs is None else torch.cat([outputs, output], dim=1)
        return self.spread(outputs.permute(0, 3, 2, 1)).permute(0, 3, 2, 1)

    def all_at_once(self, x, maps):
        batch = x.shape[0]
        weights, biases = torch.stack([q.weight for q in self.queries]), torch.stack([q.bias for q in self.queries])
        queries = torch.einsum("pno,pdo->pnd", self.embeddings.flatten(0, 2), weights) + biases.unsqueeze(1)
        queries = queries.unsqueeze(0).expand(batch, -1, -1, -1).reshape(batch * self.count, 1, VARIATES, WIDTH)
        rows = torch.cat([queries, x.reshape(batch * self.count, self.size, VARIATES, WIDTH)], dim=1)
        (key_map, value_map), (key_bias, value_bias) = maps
        project = lambda t, m, b: torch.baddbmm(b.unsqueeze(1), t, m)
        flat = rows.permute(2, 0, 1, 3).reshape(VARIATES, -1, WIDTH)
        split = lambda t: t.view(VARIATES, batch * self.count, -1, HEADS, WIDTH // HEADS).transpose(2, 3)
        keys, values = split(project(flat, key_map, key_bias)), split(project(flat, value_map, value_bias))
        asking = queries.permute(2, 0, 1, 3).reshape(VARIATES, batch * self.count, 1, HEADS, WIDTH // HEADS).transpose(2, 3)
        attention = torch.softmax(asking @ keys.transpose(-2, -1) / math.sqrt(WIDTH // HEADS), dim=-1)
        context = (attention @ values).reshape(VARIATES, batch, self.count, WIDTH)
        output = torch.relu(context @ self.shared[0] + self.shared_biases[0]) @ self.shared[1] + self.shared_biases[1]
        return self.spread(output.permute(1, 3, 0, 2)).permute(0, 3, 2, 1)


class InterPatch(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size, width = size, WIDTH * size
        self.embedding, self.positions = nn.Linear(width, width), nn.Parameter(torch.empty(LOOKBACK // size, width).uniform_(-0.02, 0.02))
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.scale = nn.Parameter(torch.tensor(size ** -0.5), requires_grad=False)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x):
        batch = x.shape[0]
        x = x.unfold(1, self.size, self.size).permute(0, 2, 1, 3, 4).reshape(batch * VARIATES, LOOKBACK // self.size, WIDTH * self.size)
        x = self.dropout(self.embedding(x) + self.positions)
        split = lambda t: t.view(t.shape[0], t.shape[1], WIDTH, self.size).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * self.scale, dim=-1)
        context = torch.matmul(weights, v).transpose(1, 2).contiguous().view(x.shape)
        return self.dropout(self.output(context)).view(batch, LOOKBACK, VARIATES, WIDTH)


class Expert(nn.Module):
    def __init__(self, size, vectorised):
        super().__init__()
        self.intra, self.inter, self.dropout = IntraPatch(size, vectorised), InterPatch(size), nn.Dropout(0.1)
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.GELU(), nn.Dropout(0.2), nn.Linear(HIDDEN, WIDTH))

    def forward(self, x):
        x = self.dropout(x + self.intra(x) + self.inter(x))
        return self.feed_forward(x) + x


class Layer(nn.Module):
    def __init__(self, sizes, vectorised):
        super().__init__()
        self.experts = nn.ModuleList(Expert(size, vectorised) for size in sizes)
        self.trend, self.mix = nn.Linear(1, 3), nn.Linear(VARIATES, 1)
        self.gate, self.noise = nn.Linear(LOOKBACK, len(sizes)), nn.Linear(LOOKBACK, len(sizes))

    def decompose(self, z):
        averages = []
        for window in (4, 8, 12):
            front, end = z[:, :1].repeat(1, window // 2, 1), z[:, -1:].repeat(1, (window - 1) // 2, 1)
            averages.append(F.avg_pool1d(torch.cat([front, z, end], 1).transpose(1, 2), window, 1).transpose(1, 2))
        trend = (torch.stack(averages, -1) * self.trend(z.unsqueeze(-1)).softmax(-1)).sum(-1)
        spectrum = torch.fft.rfft(z, dim=1)[:, 1:-1]
        strongest = spectrum.abs().topk(3, dim=1).indices
        kept = spectrum.gather(1, strongest).unsqueeze(2)
        frequency = ((strongest + 1) / LOOKBACK).unsqueeze(2)
        steps = torch.arange(LOOKBACK).view(1, 1, -1, 1)
        season = (2 * kept.abs() / LOOKBACK * torch.cos(2 * math.pi * frequency * steps + kept.angle())).sum(1)
        return z + season + trend

    def route(self, z):
        z = self.mix(z).squeeze(-1)
        clean, deviation = self.gate(z), F.softplus(self.noise(z)) + 0.01
        noisy = clean + torch.randn_like(clean) * deviation
        top, choices = noisy.topk(CHOSEN + 1, dim=1)
        gates = torch.zeros_like(noisy).scatter(1, choices[:, :CHOSEN], top[:, :CHOSEN].softmax(1))
        threshold = torch.where(noisy > top[:, CHOSEN:], top[:, CHOSEN:], top[:, CHOSEN - 1:CHOSEN])
        load = torch.distributions.Normal(0.0, 1.0).cdf((clean - threshold) / deviation).sum(0)
        variation = lambda v: v.var() / (v.mean() ** 2 + 1e-10)
        return gates, 0.01 * (variation(gates.sum(0)) + variation(load))

    def forward(self, x):
        gates, balance = self.route(self.decompose(x[..., 0]))
        expert, sample = gates.t().nonzero(as_tuple=True)
        inputs = x[sample].split((gates > 0).sum(0).tolist())
        outputs = torch.cat([e(i) for e, i in zip(self.experts, inputs)]).exp() * gates[sample, expert].view(-1, 1, 1, 1)
        combined = torch.zeros_like(x).index_add(0, sample, outputs)
        combined[combined == 0] = 2.220446049250313e-16
        return combined.log() + x, balance


class Pathformer(nn.Module):
    def __init__(self, vectorised):
        super().__init__()
        self.embedding, self.head = nn.Linear(1, WIDTH), nn.Linear(LOOKBACK * WIDTH, HORIZON)
        self.layers = nn.ModuleList(Layer(sizes, vectorised) for sizes in PATCHES)

    def forward(self, past):
        mean, deviation = past.mean(1, keepdim=True), torch.sqrt(past.var(1, keepdim=True, unbiased=False) + 1e-5)
        x, balance = self.embedding(((past - mean) / deviation).unsqueeze(-1)), 0
        for layer in self.layers:
            x, term = layer(x)
            balance = balance + term
        x = self.head(x.permute(0, 2, 1, 3).flatten(2)).transpose(1, 2)
        return x * deviation + mean, balance


def main():
    parser = training_parser()
    parser.add_argument("--vectorised", action="store_true")
    options = begin(parser)
    model = Pathformer(options.vectorised)
    past, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, HORIZON, VARIATES)

    def loss():
        forecast, balance = model(past)
        return F.mse_loss(forecast, target) + balance

    measure(training_step(model, loss, options, rate=5e-4), options)


if __name__ == "__main__":
    main()
