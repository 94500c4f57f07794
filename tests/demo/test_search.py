from hypothesis import given
from hypothesis import strategies as st

from wsrecord.demo.search import Document, Index, corpus, words

texts = st.text(alphabet="abc ", max_size=30)
documents = st.lists(texts, max_size=6).map(
    lambda found: [Document(f"d{number}", "", text) for number, text in enumerate(found)]
)


def test_the_corpus_answers_what_it_is_about():
    assert corpus().search("close codes")[0].id == "close-codes"
    assert corpus().search("Why do mocks lie?")[0].id == "mocks"
    best = corpus().search("1013 try again")[0]
    assert best.id == "close-codes"
    assert "1013" in best.excerpt


def test_plural_and_case_make_no_difference():
    assert corpus().search("MOCK") == corpus().search("mocks")


def test_unknown_words_hit_nothing():
    assert corpus().search("zebra") == []
    assert corpus().search("") == []


@given(documents, texts)
def test_hits_are_the_documents_that_share_a_word_best_first(found, query):
    hits = Index(found).search(query, limit=10)
    sharing = {document.id for document in found if set(words(document.text)) & set(words(query))}
    assert {hit.id for hit in hits} == sharing
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_document_that_speaks_of_little_else_goes_first():
    found = Index(
        [Document("a", "", "frame and much else that is quite long"), Document("b", "", "frame frame")]
    )
    assert [hit.id for hit in found.search("frame")] == ["b", "a"]
