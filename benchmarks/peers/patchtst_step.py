"""Training steps of PatchTST/42 at its official ETTh1 settings, 336 to 96, in PyTorch, as a peer of `Anyformer.Benchmarks step patchtst`.

Built as the authors built theirs: a map of scores handed from layer to layer, batch normalisation between two transpositions. Prints one JSON
object: steps a second over the measured time.
"""
import torch
from torch import nn
from torch.nn import functional as F

from peer import begin, measure, training_parser, training_step

LOOKBACK, HORIZON, VARIATES, PATCH, STRIDE = 336, 96, 7, 16, 8
WIDTH, HIDDEN, HEADS, LAYERS, DROPOUT, BATCH = 16, 128, 4, 3, 0.3, 128
PATCHES = (LOOKBACK - PATCH) // STRIDE + 2


class TokenBatchNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, x):
        return self.norm(x.transpose(1, 2)).transpose(1, 2)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.norm1, self.norm2 = TokenBatchNorm(), TokenBatchNorm()
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.GELU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, WIDTH))
        self.out_dropout, self.dropout1, self.dropout2 = (nn.Dropout(DROPOUT) for _ in range(3))
        self.scale = nn.Parameter(torch.tensor((WIDTH // HEADS) ** -0.5), requires_grad=False)

    def forward(self, x, earlier):
        rows = x.shape[0]
        q = self.query(x).view(rows, -1, HEADS, WIDTH // HEADS).transpose(1, 2)
        k = self.key(x).view(rows, -1, HEADS, WIDTH // HEADS).permute(0, 2, 3, 1)
        v = self.value(x).view(rows, -1, HEADS, WIDTH // HEADS).transpose(1, 2)
        scores = torch.matmul(q, k) * self.scale
        if earlier is not None:
            scores = scores + earlier
        context = torch.matmul(F.softmax(scores, dim=-1), v).transpose(1, 2).contiguous().view(rows, -1, WIDTH)
        x = self.norm1(x + self.dropout1(self.out_dropout(self.out(context))))
        return self.norm2(x + self.dropout2(self.feed_forward(x))), scores


class PatchTST(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.positions = nn.Linear(PATCH, WIDTH), nn.Parameter(torch.rand(PATCHES, WIDTH) * 0.04 - 0.02)
        self.pad, self.dropout = nn.ReplicationPad1d((0, STRIDE)), nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH * PATCHES, HORIZON)

    def forward(self, past):
        mean = past.mean(1, keepdim=True).detach()
        deviation = torch.sqrt(torch.var(past, dim=1, keepdim=True, unbiased=False) + 1e-5).detach()
        z = self.pad(((past - mean) / deviation).permute(0, 2, 1)).unfold(-1, PATCH, STRIDE)
        x = self.dropout(self.embedding(z).flatten(0, 1) + self.positions)
        scores = None
        for layer in self.layers:
            x, scores = layer(x, scores)
        x = x.view(-1, VARIATES, PATCHES, WIDTH).permute(0, 1, 3, 2).flatten(-2)
        return self.head(x).permute(0, 2, 1) * deviation + mean


def main():
    options = begin(training_parser())
    model = PatchTST()
    past, target = torch.randn(BATCH, LOOKBACK, VARIATES), torch.randn(BATCH, HORIZON, VARIATES)
    measure(training_step(model, lambda: F.mse_loss(model(past), target), options), options)


if __name__ == "__main__":
    main()
