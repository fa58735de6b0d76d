"""The joint reading of a question and a text: a small transformer over both their tokens."""

from __future__ import annotations

import torch
from torch import nn


class Interaction(nn.Module):
    """How far texts answer questions, read together, as log odds.

    The token vectors that the encoder makes of question and text, each alone, attend to each
    other in a few transformer layers (in the manner of MORES, Gao et al. 2020), so that a
    number asked for is looked for. What the layers make of the question's tokens is added to
    the late-interaction score. ``size`` is the width of the vectors.
    """

    def __init__(self, size: int = 384, heads: int = 12, layers: int = 2) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            size, heads, 4 * size, dropout=0.0, activation="gelu", batch_first=True
        )
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.lengths = nn.Parameter(torch.tensor(8.8))
        self.segments = nn.Parameter(torch.zeros(2, size))
        self.score = nn.Linear(size, 1)
        self.late = nn.Parameter(torch.tensor(12.0))
        nn.init.zeros_(self.score.weight)
        nn.init.constant_(self.score.bias, -6.0)

    def forward(
        self,
        question: torch.Tensor,
        question_mask: torch.Tensor,
        text: torch.Tensor,
        text_mask: torch.Tensor,
        late: torch.Tensor,
    ) -> torch.Tensor:
        """Log odds, shape (n,), for n pairs.

        ``question`` (n, q, size) and ``text`` (n, t, size) are token vectors of length 1, the
        masks (n, q) and (n, t) are true where there is a token, ``late`` (n,) the
        late-interaction scores.
        """
        width = question.shape[1]
        first, second = self.segments
        joined = torch.cat([question * self.lengths + first, text * self.lengths + second], 1)
        mask = torch.cat([question_mask, text_mask], 1)
        for layer in self.layers.layers[:-1]:
            joined = layer(joined, src_key_padding_mask=~mask)
        read = _first(self.layers.layers[-1], joined, width, ~mask)
        counts = question_mask.unsqueeze(-1).to(read.dtype)
        mean = (read * counts).sum(1) / counts.sum(1).clamp(min=1)
        logits: torch.Tensor = self.score(mean)[:, 0] + self.late * late
        return logits


def _first(
    layer: nn.TransformerEncoderLayer, tokens: torch.Tensor, width: int, padding: torch.Tensor
) -> torch.Tensor:
    """What a layer makes of the first ``width`` tokens: all that is used of the last one."""
    first = tokens[:, :width]
    attended, _ = layer.self_attn(
        first, tokens, tokens, key_padding_mask=padding, need_weights=False
    )
    first = layer.norm1(first + attended)
    made: torch.Tensor = layer.linear2(layer.activation(layer.linear1(first)))
    read: torch.Tensor = layer.norm2(first + made)
    return read
