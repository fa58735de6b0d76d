"""The pipeline as a LlamaIndex query engine, for agents, tools and other people's pipelines."""

from __future__ import annotations

from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import ConfigDict
from llama_index.core.llms import LLM
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from index.chunk import passage_id
from rag.generate import Writer
from rag.pipeline import ReportQA
from rag.types import Answer, Citation


class PeelQueryEngine(CustomQueryEngine):
    """Answers a query with ``qa``: ``PeelQueryEngine(qa=ReportQA.open()).query("...")``.

    The response's text has numbered markers; its source nodes are the citations in that order,
    each the quote itself with document, section, page and offsets; ``metadata["answer"]`` is
    the whole answer as plain data. With ``llm``, any LlamaIndex ``LLM``, that model writes the
    answer, each sentence proven or marked.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    qa: ReportQA
    llm: LLM | None = None

    def custom_query(self, query_str: str) -> Response:
        """The response to a query; raises QuestionError for one that cannot be asked."""
        writer = Writer(self.llm) if self.llm is not None else None
        answer = self.qa.ask(query_str, writer=writer)
        return Response(
            response=answer.text,
            source_nodes=[_node(citation, answer) for citation in answer.citations],
            metadata={"answer": answer.to_dict()},
        )


def _node(citation: Citation, answer: Answer) -> NodeWithScore:
    node = TextNode(
        id_=passage_id(citation.document, citation.start, citation.end),
        text=citation.quote,
        metadata={
            "document_id": citation.document,
            "section": citation.section,
            "page": citation.page,
            "start": citation.start,
            "end": citation.end,
            "marker": citation.marker,
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation.document)},
    )
    return NodeWithScore(node=node, score=answer.confidence)
