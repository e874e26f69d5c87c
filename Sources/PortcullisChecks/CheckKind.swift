package import PortcullisCore

/// One kind of check: what it is called, what users read about it, and how it is made. One file under `Checks/` each.
package struct CheckKind: Sendable {
  /// The word users write.
  package let name: String
  /// One line: what passes.
  package let summary: String
  /// What a user cannot guess, in short paragraphs.
  package let details: String
  /// How it is written, as in `contains: TEXT`.
  package let usage: String
  package let arguments: [CheckArgumentDoc]
  /// Run as tests and printed by `portcullis explain`.
  package let examples: [CheckExample]
  /// Whether a model is asked.
  package let isJudged: Bool
  /// Reads the argument; nil where it refused it (the problems are in the reader then).
  let make: @Sendable (inout CheckReader, inout PatternCache) -> Scorer?

  init(
    name: String, summary: String, details: String, usage: String, arguments: [CheckArgumentDoc] = [], examples: [CheckExample],
    isJudged: Bool = false, make: @escaping @Sendable (inout CheckReader, inout PatternCache) -> Scorer?
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.usage = usage
    self.arguments = arguments
    self.examples = examples
    self.isJudged = isJudged
    self.make = make
  }
}

/// One argument of a check, for the reference.
package struct CheckArgumentDoc: Sendable {
  /// The key, or `(argument)` where the check takes one plain value.
  package let name: String
  /// `text`, `list of texts`, `whole number`, …
  package let type: String
  /// nil: required.
  package let fallback: String?
  package let meaning: String

  init(_ name: String, _ type: String, fallback: String? = nil, _ meaning: String) {
    self.name = name
    self.type = type
    self.fallback = fallback
    self.meaning = meaning
  }
}

/// A check, an answer, and what comes of it.
package struct CheckExample: Sendable {
  package enum Outcome: String, Sendable { case pass, fail, unscored, refused }

  /// As a user writes it in `checks:`, in JSON (which is YAML too).
  package let check: String
  /// The case's `expected`, in JSON.
  package let expected: String?
  package let answer: Completion
  package let cost: Money?
  /// For judges: what the judge model replies.
  package let reply: String?
  package let gives: Outcome
  /// Why, where it is not plain; else "".
  package let note: String

  init(
    _ check: String, expected: String? = nil, _ answer: String, cost: Money? = nil, reply: String? = nil, gives: Outcome,
    _ note: String = ""
  ) {
    self.init(check, expected: expected, completion: Completion(text: answer), cost: cost, reply: reply, gives: gives, note)
  }

  init(
    _ check: String, expected: String? = nil, completion: Completion, cost: Money? = nil, reply: String? = nil, gives: Outcome,
    _ note: String = ""
  ) {
    self.check = check
    self.expected = expected
    answer = completion
    self.cost = cost
    self.reply = reply
    self.gives = gives
    self.note = note
  }
}

/// What an answer must bring besides itself for the checks to be scored.
package struct CheckNeeds: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package static let latency = CheckNeeds(rawValue: 1)
  package static let cost = CheckNeeds(rawValue: 2)
  package static let judge = CheckNeeds(rawValue: 4)
}

/// How a check comes to its score.
indirect enum Scorer: Sendable {
  /// Code that looks at the answer.
  case pure(PureCheck)
  /// A model is asked; `expected` is the reference answer for rubrics that compare.
  case asking(Judge, expected: String?)
  case not(Scorer)

  var needs: CheckNeeds {
    switch self {
    case .pure(let check): check.needs
    case .asking: .judge
    case .not(let inner): inner.needs
    }
  }
}

struct PureCheck: Sendable {
  enum Subject: Sendable {
    /// The text; an answer of tool calls alone fails.
    case text
    /// Tool calls, latency, cost, or all of it.
    case whole
    /// Also an answer in trouble: only `refusal`.
    case trouble
  }

  let subject: Subject
  let needs: CheckNeeds
  let find: @Sendable (Reading) -> Finding

  init(_ subject: Subject = .text, needs: CheckNeeds = [], find: @escaping @Sendable (Reading) -> Finding) {
    self.subject = subject
    self.needs = needs
    self.find = find
  }
}
