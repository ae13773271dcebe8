from ccsetup.system.sentences import merged


def test_differing_words_are_enumerated() -> None:
    assert merged(("opus: a b, c", "haiku: a d, c", "fable: a e, c")) == "opus, haiku and fable: a b, d and e, c"


def test_equal_sentences_are_one() -> None:
    assert merged(("a b.", "a b.")) == merged(("a b.",)) == "a b."


def test_sentences_of_different_lengths_stay_apart() -> None:
    assert merged(("a b", "a b c")) is None
