import RealModule

/// Six numbers, one for each size of bet that a betting process keeps going side by side.
package struct PerBet: Sendable, Hashable {
  fileprivate var numbers: [6 of Double]

  fileprivate init(_ number: (_ bet: Int) -> Double) {
    numbers = [6 of Double] { number($0) }
  }

  /// nil unless there are exactly six.
  package init?(_ values: [Double]) {
    guard values.count == 6 else { return nil }
    self.init { values[$0] }
  }

  /// The smallest bet first.
  package var values: [Double] { numbers.indices.map { numbers[$0] } }

  package static func == (left: PerBet, right: PerBet) -> Bool {
    left.numbers.indices.allSatisfy { left.numbers[$0] == right.numbers[$0] }
  }

  package func hash(into hasher: inout Hasher) {
    for bet in numbers.indices { hasher.combine(numbers[bet]) }
  }
}

/// The bets, as shares of the stake that the worst value would lose, and how much each is trusted beforehand.
let betFractions: [6 of Double] = [0.03125, 0.0625, 0.125, 0.25, 0.5, 0.9]
let betTrust: [6 of Double] = [0.05, 0.10, 0.20, 0.25, 0.25, 0.15]

/// Evidence against a limit of the mean of bounded values, which may be looked at after every one of them.
///
/// E, whose logarithm is `logE`, is what a stake of 1 has become by betting against the null. If the null is true of each
/// value given all before it, then P(ever E ≥ 1/α) ≤ α: exactly, for any sample, any number of looks and any shape of the
/// values, without an estimate of their variance. Stakes are spread over six sizes of bet and, where fresh starts are
/// planned, over moments to begin at, so that a late change need not first undo a good past.
///
/// `state` is all that changes; a process made from a stored state goes on bit for bit as the first one would have.
/// A value costs six logarithms, `logE` seven exponentials.
///
/// Source: reference/statistics.md §9, `betting`; I. Waudby-Smith, A. Ramdas, 2024, doi:10.1093/jrsssb/qkad009.
package struct BettingProcess: Sendable, Hashable {
  /// What is bet against, and how the stake is spread.
  package struct Plan: Sendable, Hashable {
    /// Which side of the null the evidence is looked for on.
    package enum Direction: Sendable, Hashable, CaseIterable {
      /// Against "the mean is at least `null`".
      case below
      /// Against "the mean is at most `null`".
      case above
    }

    package let direction: Direction
    package let null: Double
    package let range: ClosedRange<Double>
    /// The share of the stake that bets from the first value on; the rest waits for the fresh starts, in equal parts.
    package let startWeight: Double
    /// Fresh starts that may be made. Without any, what `startWeight` leaves over stays unused.
    package let freshStarts: Int

    /// - Parameters:
    ///   - null: Inside `range`, and short of the end on its own side: below the upper one for `below`, above the lower
    ///     one for `above`.
    ///   - range: What the values lie in; finite.
    ///   - startWeight: `0...1`.
    package init(
      _ direction: Direction, null: Double, in range: ClosedRange<Double>, startWeight: Double = 1, freshStarts: Int = 0
    ) {
      precondition(range.lowerBound.isFinite && range.upperBound.isFinite, "the range of the values is finite")
      precondition(range.contains(null), "the null lies in the range of the values")
      precondition(startWeight >= 0 && startWeight <= 1, "a share of the stake lies in 0...1")
      precondition(freshStarts >= 0, "a number of fresh starts is not negative")
      self.direction = direction
      self.null = null
      self.range = range
      self.startWeight = startWeight
      self.freshStarts = freshStarts
      precondition(
        largestLoss > 0 && ((range.upperBound - range.lowerBound) / largestLoss).isFinite, "the null is too near an end of the range")
    }

    /// How far a value can lie on the null's side of it.
    fileprivate var largestLoss: Double {
      switch direction {
      case .below: range.upperBound - null
      case .above: null - range.lowerBound
      }
    }

    /// How far a value lies on the side that is bet on, by its weight and in units of the largest loss; −1 at least.
    func relativeGain(_ value: Double, weight: Double) -> Double {
      let gain = direction == .below ? null - value : value - null
      return weight * gain / largestLoss
    }

    /// The share of the stake that each fresh start gets.
    fileprivate var freshWeight: Double { freshStarts > 0 ? (1 - startWeight) / Double(freshStarts) : 0 }
  }

  /// What a process must remember: seven numbers, to be stored and taken up again as they are.
  package struct State: Sendable, Hashable {
    /// The logarithm of what the stake on each size of bet has become.
    package var logWealth: PerBet
    /// Fresh starts still to be made; their stakes have not bet yet.
    package var freshStartsLeft: Int

    package init(logWealth: PerBet, freshStartsLeft: Int) {
      self.logWealth = logWealth
      self.freshStartsLeft = freshStartsLeft
    }
  }

  package let plan: Plan
  package private(set) var state: State

  package init(_ plan: Plan) {
    self.plan = plan
    state = State(
      logWealth: PerBet { Double.log(plan.startWeight * betTrust[$0]) }, freshStartsLeft: plan.freshStarts)
  }

  /// Goes on from a stored state; nil where no process of this plan could have reached it.
  package init?(_ plan: Plan, state: State) {
    guard (0...plan.freshStarts).contains(state.freshStartsLeft), state.logWealth.values.allSatisfy({ $0 < .infinity }) else {
      return nil
    }
    self.plan = plan
    self.state = state
  }

  /// Bets on a value.
  ///
  /// - Parameters:
  ///   - value: In the plan's range.
  ///   - weight: How much it counts, `0...1`; known before the value is, or at least without it.
  package mutating func add(_ value: Double, weight: Double = 1) {
    precondition(plan.range.contains(value), "a value lies outside its range")
    precondition(weight >= 0 && weight <= 1, "a weight lies in 0...1")
    let gain = plan.relativeGain(value, weight: weight)
    for bet in betFractions.indices {
      state.logWealth.numbers[bet] += Double.log(onePlus: betFractions[bet] * gain)
    }
  }

  /// Lets the stakes of the next `count` fresh starts bet from here on; `count` is at most `freshStartsLeft`.
  package mutating func freshStart(count: Int = 1) {
    precondition(count >= 0 && count <= state.freshStartsLeft, "no such number of fresh starts is left")
    guard count > 0 else { return }
    state.freshStartsLeft -= count
    let stake = Double(count) * plan.freshWeight
    for bet in betTrust.indices {
      state.logWealth.numbers[bet] = logSum(state.logWealth.numbers[bet], Double.log(stake * betTrust[bet]))
    }
  }

  /// The logarithm of E: 0 at the beginning (less where a share of the stake stays unused), and the evidence now.
  package var logE: Double {
    let waiting = Double.log(plan.freshWeight * Double(state.freshStartsLeft))
    var greatest = waiting
    for bet in betTrust.indices { greatest = max(greatest, state.logWealth.numbers[bet]) }
    guard greatest > -.infinity else { return greatest }
    var sum = Double.exp(waiting - greatest)
    for bet in betTrust.indices { sum += Double.exp(state.logWealth.numbers[bet] - greatest) }
    return greatest + Double.log(sum)
  }
}

/// The ln E from which on a null is rejected at the error rate `alpha`, strictly inside 0...1.
package func logEvidenceNeeded(alpha: Double) -> Double {
  precondition(alpha > 0 && alpha < 1, "an error rate lies strictly inside 0...1")
  return -Double.log(alpha)
}

/// E itself, for people to read; infinite beyond what a double holds.
package func eValue(logE: Double) -> Double { Double.exp(logE) }

/// ln(eᵃ + eᵇ), where either may be −∞.
private func logSum(_ a: Double, _ b: Double) -> Double {
  let greater = max(a, b)
  guard greater > -.infinity else { return greater }
  return greater + Double.log(onePlus: Double.exp(min(a, b) - greater))
}
