import PortcullisCore
import PortcullisStatistics

/// Where a decision stands among all that were made on the same candidate, cases and policy.
package struct Attempt: Sendable, Hashable {
  /// Other runs before this one that failed or stayed undecided although nothing was missing.
  package var earlier: Int
  /// From 1, of `looks` planned ones.
  package var look: Int
  package var looks: Int
  /// The error rates of this look: parts of the declared ones where several looks are planned.
  package var wrongPass: Double
  package var wrongFail: Double
  /// Whether nothing was missing and nothing but the answers stood in the way: what did not pass then was an attempt.
  package var isComplete: Bool

  package init(
    earlier: Int = 0, look: Int = 1, looks: Int = 1, wrongPass: Double = 0.05, wrongFail: Double = 0.05, isComplete: Bool = false
  ) {
    self.earlier = earlier
    self.look = look
    self.looks = looks
    self.wrongPass = wrongPass
    self.wrongFail = wrongFail
    self.isComplete = isComplete
  }

  /// For the reader: `look 2 of 3, α 0.0161`, and how often the same was tried; empty for a first decision with one look.
  package var words: [String] {
    (looks > 1 ? ["look \(look) of \(looks), α \(fixed(min(wrongPass, wrongFail), 4))"] : [])
      + (earlier > 0 ? ["tried \(counted(earlier, "time")) before"] : [])
  }
}

extension Attempt {
  init(_ evidence: Evidence, _ policy: Policy, _ rulings: [Ruling]) {
    let rates = policy.rates(atLook: evidence.run.look)
    // A policy that could not be weighed, whatever the answers, was no attempt at it.
    let isWeighed = !rulings.contains { $0.decides && $0.verdict == .inconclusive && $0.reason.isOfTheRig }
    self.init(
      earlier: evidence.run.earlierAttempts, look: evidence.run.look, looks: policy.looks, wrongPass: rates.pass, wrongFail: rates.fail,
      isComplete: evidence.isComplete && isWeighed)
  }
}

extension Reason {
  fileprivate var isOfTheRig: Bool {
    switch self {
    case .armsNotComparable, .judgeUnfit, .wrongModel, .filtered, .nothingWeighed, .providerUnreachable, .budgetSpent: true
    default: false
    }
  }
}

extension Evidence {
  /// Whether the run was worked through and every planned trial of both arms has a score.
  var isComplete: Bool {
    run.stop == .finished && !run.isFiltered && unaccounted == 0
      && arms.allSatisfy { $0.scored == $0.planned && $0.further.scored == $0.further.planned }
  }

  /// What stands against a pass of a candidate that was tried before; nil where it would not pass anyway.
  func alreadyTried(_ rulings: [Ruling]) -> Ruling? {
    let deciding = rulings.filter(\.decides)
    guard run.earlierAttempts > 0, deciding.allSatisfy({ $0.verdict < .inconclusive }) else { return nil }
    return Ruling(
      rule: "run", verdict: .inconclusive, reason: .alreadyTried,
      sentence: sentenceOf(
        "this candidate was tried \(counted(run.earlierAttempts, "time")) before on these cases under this policy and did not pass, so passing "
          + "now proves too little: whoever tries often enough passes"), count: run.earlierAttempts,
      method: "attempt ledger, statistics §1.5",
      next: "a changed candidate, a changed suite, or looks planned beforehand ('looks: 3' in the policy)")
  }
}

extension Policy {
  /// The error rates of one look, such that all planned looks together keep the declared ones; beyond the last look those of the last.
  ///
  /// O'Brien–Fleming-type spending at equal steps of information. A look asks the same cases again, which narrows only the noise within
  /// them, so that looks are more alike than these fractions assume: the declared rates then hold with room to spare.
  ///
  /// Source: reference/statistics.md §1.5, whose table is written out here for the usual 5 %.
  package func rates(atLook look: Int) -> (pass: Double, fail: Double) {
    (nominalRate(wrongPass, look, of: looks), nominalRate(wrongFail, look, of: looks))
  }
}

private func nominalRate(_ alpha: Double, _ look: Int, of looks: Int) -> Double {
  guard looks > 1, alpha > 0, alpha < 1 else { return alpha }
  let place = min(max(look, 1), looks) - 1
  if alpha == 0.05, let table = atFivePercent[looks] { return table[place] }
  return groupSequentialLooks(.obrienFleming, alpha: alpha, fractions: (1...looks).map { Double($0) / Double(looks) })[place].nominalAlpha
}

private let atFivePercent: [Int: [Double]] = [
  2: [0.0055746, 0.0482457], 3: [0.00068690, 0.0161445, 0.0450555], 4: [0.000088575, 0.0055435, 0.0218963, 0.0427001],
]
