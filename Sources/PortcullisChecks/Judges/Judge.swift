package import PortcullisCore

/// A model that grades answers by a rubric: data, like everything a person writes about it.
package struct Judge: Sendable, Hashable {
  package enum Reply: String, Sendable, CaseIterable {
    /// One object with `reasoning` and `grade`.
    case json
    /// Nothing but a word of the rubric.
    case label
  }

  package let name: String
  package let target: Target
  package let rubric: Rubric
  /// How often the model is asked about one answer; 1…9, odd.
  package let votes: Int
  package let reply: Reply
  package let allowOwnFamily: Bool

  package static let votesRange = 1...9

  /// - Precondition: `votes` is odd and within `votesRange`: an even number could end in a tie.
  package init(name: String, target: Target, rubric: Rubric, votes: Int = 1, reply: Reply = .json, allowOwnFamily: Bool = false) {
    precondition(Self.votesRange.contains(votes) && votes % 2 == 1)
    self.name = name
    self.target = target
    self.rubric = rubric
    self.votes = votes
    self.reply = reply
    self.allowOwnFamily = allowOwnFamily
  }

  /// Everything that decides its grades: model, rubric, votes, and the words around them.
  package var digest: Digest {
    Digest(
      of: .object([
        ("target", .string(target.digest.description)), ("rubric", rubric.json), ("votes", .int(votes)), ("reply", .string(reply.rawValue)),
        ("wording", .int(JudgeQuestion.wordingVersion)),
      ]))
  }

  /// Whether it would grade its own answers, or those of a model of the same declared family.
  package func isOwnFamily(_ graded: Target) -> Bool {
    if let family = target.family, let other = graded.family { return sameBytes(family, other) }
    return sameBytes(target.provider, graded.provider) && sameBytes(target.model, graded.model)
  }
}
