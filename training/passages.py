"""Generates passages of English-like prose of every difficulty from a seed, and grades them by the Flesch-Kincaid formula.

A grammar and a lexicon of this script alone: no text of others goes in. A passage draws how long its sentences are and how hard its words, each
for itself, so that neither tells the grade alone.
"""

import re

import numpy as np

# Words by difficulty: of everyday, of school, of books. Verbs are regular.
NOUNS = (
    "dog cat boy girl man house tree road hand book door sun rain boat fish bird hill field farm box lamp bed cup hat day night friend "
    "game ball song bus park shop street room wall horse cow stone leaf river snow wind fire bread milk egg chair table window",
    "teacher brother sister garden kitchen village market winter summer mountain island animal doctor letter picture corner machine "
    "engine paper story problem morning evening journey station bridge valley harbour captain painter farmer neighbour family weather "
    "forest surface answer question number country history science language newspaper library hospital",
    "community institution atmosphere literature philosophy democracy agriculture economy vocabulary mechanism hypothesis phenomenon "
    "architecture circumstance characteristic consequence perspective equilibrium infrastructure authority anatomy archaeology biology "
    "chemistry geography opportunity possibility necessity responsibility sensitivity electricity university curiosity originality "
    "generosity superiority variability reliability bibliography photography administration civilisation",
)
VERBS = (
    "look walk jump help like want need call ask play work show open close pull push wash cook clean start stop watch love move turn",
    "follow carry answer finish consider remember discover gather notice travel visit wonder offer listen paint repair measure collect "
    "deliver prefer improve describe explain prepare protect",
    "",
)
ADJECTIVES = (
    "big small old new red blue green cold warm fast slow good bad long short wet dry soft hard young kind loud dark bright",
    "happy quiet heavy narrow simple gentle hungry clever careful beautiful wonderful dangerous golden silent modern distant familiar "
    "ordinary perfect pleasant curious famous",
    "considerable extraordinary theoretical experimental philosophical economical historical mathematical geographical contemporary "
    "intellectual unprecedented incomprehensible indispensable hypothetical systematic sophisticated preliminary simultaneous "
    "characteristic ambiguous heterogeneous controversial",
)
ADVERBS = (
    "now then soon here there again too fast well",
    "slowly quickly often never always quietly suddenly carefully already together gently finally",
    "approximately considerably simultaneously predominantly theoretically systematically subsequently fundamentally occasionally "
    "independently inevitably extraordinarily",
)
PLACES = ("in on at by near under behind", "behind beside between across around beyond above", "throughout concerning regarding notwithstanding alongside amid")
LINKS = ("and but so", "because when while although before after until", "whereas inasmuch as provided that notwithstanding that insofar as")
# Stems of verbs in -ate, which make the rest of the hard lexicon: regulate, regulation, regulator, regulative.
STEMS = (
    "accumul anticip articul calcul circul communic complic concentr consolid contamin contempl cooper coordin cultiv deliber demonstr "
    "deterior differenti discrimin dissemin domin elabor elimin emancip enumer estim evalu exagger facilit fabric fluctu formul gener "
    "hesit illumin illustr imit incorpor integr interrog investig isol legisl liber manipul medit moder motiv navig negoti nomin "
    "oper origin oscill particip penetr perpetu popul predomin prolifer recuper regul rehabilit renov separ simul specul stimul "
    "substanti termin toler valid ventil vibr"
)
# Parts of syllables, for words that no list has: the network must learn to hear a word from its letters.
ONSETS = "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sm sn sp st str sw t th tr tw v w wh y".split() + [""] * 3
NUCLEI = "a a a e e e i i i o o u ai ea ee oa oo ou ay y".split()
CODAS = "b ck d ft g l ll lt m mp n nd ng nk nt p r rd rk rm rn rt s sh sk st t th".split()
SILENT = "ake ane ate ice ide ile ime ine ite oke one ope ore use ute ale ave age ire".split()
FINAL = "er ed ing ly y le al ful ness ment ion tion ous able ity ish or ic est".split()
PREFIXES = ("un", "re", "over", "inter", "counter", "trans", "super")

# Small words, which are never made up.
RELATIONS = {words.split()[0] for words in (*PLACES, *LINKS)}

VOWELS = re.compile("[aeiouy]+")
WORDS = re.compile("[A-Za-z]+(?:'[A-Za-z]+)*")


def _lexicon():
    stems = STEMS.split()
    nouns, verbs, adjectives = ([words.split() for words in tiers] for tiers in (NOUNS, VERBS, ADJECTIVES))
    for stem in stems:
        verbs[2].append(stem + "ate")
        nouns[2] += [stem + "ation", stem + "ator"]
        adjectives[2].append(stem + "ative")
    for words in (verbs[2], adjectives[2]):
        words += [prefix + word for word in words[:40] for prefix in ("re", "over")]
    adjectives[2] += [prefix + word for word in adjectives[2][:20] for prefix in PREFIXES]
    return nouns, verbs, adjectives


NOUN_TIERS, VERB_TIERS, ADJECTIVE_TIERS = _lexicon()
ADVERB_TIERS, PLACE_TIERS = ([words.split() for words in tiers] for tiers in (ADVERBS, PLACES))
LINK_TIERS = [LINKS[0].split(), LINKS[1].split(), ["whereas", "inasmuch as", "provided that", "notwithstanding that", "insofar as"]]


def syllables(word):
    """Runs of the letters aeiouy; less a last e that stands alone after a consonant other than l, and at least one."""
    word = word.lower()
    count = len(VOWELS.findall(word))
    if len(word) > 2 and word.endswith("e") and word[-2] not in "aeiouyl" and count > 1:
        count -= 1
    return max(count, 1)


def grade(text):
    """
    Flesch-Kincaid grade level (Kincaid, Fishburne, Rogers and Chissom 1975): 0.39 words per sentence + 11.8 syllables per word - 15.59. Words are
    runs of letters with apostrophes between them, sentences end in . ! or ?
    """
    words = WORDS.findall(text)
    sentences = max(len(re.findall("[.!?]+", text)), 1)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / max(len(words), 1) - 15.59


def with_s(word):
    """The plural of a noun, or the third person of a verb."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


class Writer:
    """Writes one passage."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.hardness = self.rng.beta(0.8, 1.7)
        self.length = self.rng.beta(0.8, 1.9)
        self.names = [self.invented(self.rng.integers(0, 2)).capitalize() for _ in range(3)]
        # Of all words that carry meaning, how many are in no list.
        self.strangeness = self.rng.beta(1.2, 2)
        self.past = self.rng.random() < 0.6

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, words):
        # Earlier words of a list are the more frequent ones.
        return words[int(len(words) * self.rng.random() ** 1.6)]

    def tier(self):
        hard = np.clip(self.hardness + self.rng.normal(0, 0.18), 0, 1)
        return int(self.rng.choice(3, p=np.array([(1 - hard) ** 2, 2 * hard * (1 - hard), hard**2])))

    def word(self, tiers):
        tier = self.tier()
        known = tiers[tier]
        return self.invented(tier) if known[0] not in RELATIONS and self.chance(self.strangeness) else self.pick(known)

    def invented(self, tier):
        """A word of the sound of English: of one syllable, of two, of three to five."""
        count = (1, 2, int(self.rng.integers(3, 6)))[tier]
        draw = self.rng.choice
        parts = [draw(ONSETS) + draw(NUCLEI) + (draw(CODAS) if self.chance(0.35) else "") for _ in range(count - 1)]
        if count > 1 and self.chance(0.5):
            return "".join(parts) + draw(FINAL)
        last = draw(ONSETS)
        return "".join(parts) + last + (draw(SILENT) if self.chance(0.25) else draw(NUCLEI) + draw(CODAS))

    def noun(self):
        return self.word(NOUN_TIERS)

    def verb(self):
        word = self.word(VERB_TIERS)
        if not self.past:
            return with_s(word)
        if word.endswith("y") and word[-2] not in "aeiou":
            return word[:-1] + "ied"
        return word + ("d" if word.endswith("e") else "ed")

    def phrase(self, depth=0):
        """A thing, with what is said of it."""
        if depth == 0 and self.chance(0.22):
            return self.pick(self.names) if self.chance(0.6) else self.pick(["he", "she", "it", "they", "we", "you"])
        many = self.chance(0.3)
        words = [self.pick(["the", "some", "his", "her", "these", "their", "many"] if many else ["the", "a", "his", "her", "this", "their", "every"])]
        while self.chance(0.12 + 0.35 * self.length) and len(words) < 4:
            words.append(self.word(ADJECTIVE_TIERS))
        words.append(with_s(self.noun()) if many else self.noun())
        if words[0] == "a" and words[1][0] in "aeiou":
            words[0] = "an"
        if depth < 2 and self.chance(0.08 + 0.4 * self.length):
            words += ["of" if self.chance(0.5) else self.word(PLACE_TIERS), self.phrase(depth + 1)]
        if depth < 1 and self.chance(0.3 * self.length):
            words += [self.pick(["that", "which", "who"]), self.predicate(depth + 1)]
        return " ".join(words)

    def predicate(self, depth=0):
        words = [self.verb()]
        if self.chance(0.25):
            words.insert(0, self.word(ADVERB_TIERS))
        if self.chance(0.75):
            words.append(self.phrase(depth + 1))
        if self.chance(0.2 + 0.3 * self.length):
            words += [self.word(PLACE_TIERS), self.phrase(depth + 1)]
        elif self.chance(0.15):
            words.append(self.word(ADVERB_TIERS))
        return " ".join(words)

    def clause(self):
        return f"{self.phrase()} {self.predicate()}"

    def sentence(self):
        text = self.clause()
        for _ in range(int(self.rng.poisson(0.1 + 1.5 * self.length))):
            comma = self.pick([",", ",", ";"]) if self.chance(0.6) else ""
            text += f"{comma} {self.word(LINK_TIERS)} {self.clause()}"
        if self.chance(0.12):
            text = f"{self.word(ADVERB_TIERS)}, {text}"
        if self.chance(0.06):
            text = f'"{text[0].upper()}{text[1:]}," {self.pick(self.names)} answered'
        return text[0].upper() + text[1:] + self.pick([".", ".", ".", ".", "!", "?"])

    def passage(self):
        """Whole sentences, at least a dozen words and mostly fewer than ninety."""
        most = self.rng.integers(12, 75)
        text = self.sentence()
        while len(text.split()) < most:
            text += " " + self.sentence()
        return text


def make_passage(seed):
    """The passage of a seed, and its grade."""
    text = Writer(seed).passage()
    return text, grade(text)
