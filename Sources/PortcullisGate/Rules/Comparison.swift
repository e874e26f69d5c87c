import PortcullisStatistics

/// The loss of the candidate against production in one slice, by §4 where its cases have one trial each and share nothing, else by §5.
struct Comparison {
  let estimate: Double?
  /// The lower bound that a pass must keep above the margin: with and without the missing pairs, the worse of both.
  let lower: Double?
  let upper: Double?
  let verdict: ThreeWay
  /// If the missing pairs did not exist.
  let verdictOfCompletePairs: ThreeWay
  /// If every missing pair were a tie.
  let verdictOfTies: ThreeWay
  let isPlain: Bool

  init(_ pairs: PairEvidence, margin: Double, input: RuleInput, losses: Int = 0) {
    func bounds(_ alpha: Double) -> NonInferiority {
      if pairs.isPlain {
        let table = pairs.plain.table
        let worse = PairTable(
          both: table.both - losses, productionOnly: table.productionOnly + losses, candidateOnly: table.candidateOnly,
          neither: table.neither)
        return nonInferiority(worse, missing: pairs.plain.missing + input.unaccounted, margin: margin, alpha: alpha)
      }
      return gradedNonInferiority(
        complete: pairs.complete() + units(losses, of: -1), worstCase: pairs.worstCase(unseen: input.unaccounted + losses), margin: margin,
        alpha: alpha)
    }
    let passing = bounds(input.wrongPass)
    let failing = input.wrongFail == input.wrongPass ? passing : bounds(input.wrongFail)
    estimate = passing.estimate
    lower = passing.lower.flatMap { lower in passing.lowerWithMissing.map { min(lower, $0) } }
    upper = failing.upper
    verdict = differenceVerdict(estimate: estimate, lower: lower, upper: upper, margin: margin)
    verdictOfCompletePairs = differenceVerdict(estimate: estimate, lower: passing.lower, upper: upper, margin: margin)
    isPlain = pairs.isPlain
    verdictOfTies = ties(pairs, margin: margin, input)
  }

  var method: String {
    isPlain ? "Tango score, statistics §4" : "augmented t over independent cases and clusters, statistics §5"
  }
}

private func ties(_ pairs: PairEvidence, margin: Double, _ input: RuleInput) -> ThreeWay {
  let missing = pairs.missing + input.unaccounted
  guard pairs.isPlain else {
    let all = pairs.complete() + units(missing, of: 0)
    return gradedNonInferiority(complete: all, worstCase: all, margin: margin, alpha: input.wrongPass).verdict
  }
  let table = pairs.plain.table
  let all = PairTable(
    both: table.both + missing, productionOnly: table.productionOnly, candidateOnly: table.candidateOnly, neither: table.neither)
  return nonInferiority(all, missing: 0, margin: margin, alpha: input.wrongPass).verdict
}

extension PairEvidence {
  /// How many more cases the candidate could have lost before the pass is lost: of those that both arms passed, or (where not all cases are
  /// single trials of their own) beside those at hand; nil where it is none.
  func lossesToSpare(margin: Double, input: RuleInput) -> Int? {
    func passes(_ losses: Int) -> Bool { Comparison(self, margin: margin, input: input, losses: losses).verdict == .pass }
    return passes(0) ? mostSurvived(upTo: isPlain ? plain.table.both : complete().clusters, passes) : nil
  }

  /// Cases like these that would show a loss below the margin, if the true difference is the one seen; nil where no number would.
  func casesNeeded(margin: Double, estimate: Double, input: RuleInput) -> Int? {
    let room = margin + estimate
    guard room > 1e-9 else { return nil }
    if isPlain, let discordance = plain.table.discordance {
      return PortcullisStatistics.casesNeeded(discordance: discordance, margin: margin, trueDifference: estimate, alpha: input.wrongPass)
        .map { max($0, leastCasesToPass(margin: margin, alpha: input.wrongPass)) }
    }
    let sums = complete()
    guard let error = sums.standardError else { return nil }
    let variance = error * error * Double(sums.pairs)
    return casesNeededGraded(variance: variance, margin: min(room, 1), alpha: input.wrongPass)
  }
}

/// The fewest independent cases or clusters with which §5 can exclude a loss of the margin, all of equal size and without a difference.
func leastUnitsToPass(margin: Double, alpha: Double) -> Int {
  func passes(_ count: Int) -> Bool {
    (augmentedBounds(units(count, of: 0), alpha: alpha)?.limits.lower ?? -1) > -margin
  }
  var (low, high) = (0, 1)
  while !passes(high), high < 1 << 40 { (low, high) = (high, high * 2) }
  while high - low > 1 {
    let middle = (low + high) / 2
    if passes(middle) { high = middle } else { low = middle }
  }
  return high
}
