"""Which nodes a query's conditions let through: ids, documents, metadata filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores.types import FilterCondition, MetadataFilter, MetadataFilters
from llama_index.core.vector_stores.utils import build_metadata_filter_fn

Matches = Callable[[BaseNode], bool]


def matcher(
    node_ids: Sequence[str] | None = None,
    doc_ids: Sequence[str] | None = None,
    filters: MetadataFilters | None = None,
) -> Matches:
    """Whether a node meets all conditions; None is no condition."""
    ids = None if node_ids is None else frozenset(node_ids)
    documents = None if doc_ids is None else frozenset(doc_ids)

    def matches(node: BaseNode) -> bool:
        return (
            (ids is None or node.node_id in ids)
            and (documents is None or node.ref_doc_id in documents)
            and (filters is None or _passes(filters, _metadata(node)))
        )

    return matches


def _metadata(node: BaseNode) -> dict[str, Any]:
    """What filters see: the metadata, and the document's id under the names LlamaIndex uses."""
    owner = node.ref_doc_id
    return {"doc_id": owner, "ref_doc_id": owner, "document_id": owner, **node.metadata}


def _passes(filters: MetadataFilters, metadata: dict[str, Any]) -> bool:
    """LlamaIndex's own filter function, which refuses nested filters, applied to each leaf."""
    if not filters.filters:
        return True
    results = _results(filters, metadata)
    if filters.condition == FilterCondition.OR:
        return any(results)
    if filters.condition == FilterCondition.NOT:
        return not any(results)
    return all(results)


def _results(filters: MetadataFilters, metadata: dict[str, Any]) -> Iterator[bool]:
    for item in filters.filters:
        if isinstance(item, MetadataFilters):
            yield _passes(item, metadata)
        else:
            yield _passes_one(item, metadata)


def _passes_one(item: MetadataFilter, metadata: dict[str, Any]) -> bool:
    leaf = MetadataFilters(filters=[item])
    try:
        return build_metadata_filter_fn(lambda _: metadata, leaf)("")
    except TypeError as error:
        raise ValueError(
            f"filter {item.key} {item.operator.value} {item.value!r} cannot be compared with "
            f"{metadata.get(item.key)!r}: {error}"
        ) from error
