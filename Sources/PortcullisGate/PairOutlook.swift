package import PortcullisCore
import PortcullisStatistics

/// How far the arms are expected to differ case by case, if they are equal on the whole: measured in an earlier run, or assumed.
package struct PairOutlook: Sendable, Hashable {
  package enum Source: Sendable, Hashable {
    case assumed
    /// What the user said.
    case given
    case run(RunID, pairs: Int)
  }

  /// Where nothing is known: one case in ten differs, and cases of one cluster resemble each other this much.
  package static let assumed = PairOutlook(discordance: 0.10, icc: 0.2, source: .assumed)

  /// Share of cases in which the arms differ, 0…1.
  package let discordance: Double
  /// Of one case's difference, candidate − production.
  package let variance: Double
  /// How much alike the differences within one cluster are, 0…1.
  package let icc: Double
  package let source: Source
  /// The metrics whose scores were seen, each with the variance of a case's difference.
  private var metrics: [Metric] = []

  private struct Metric: Hashable {
    let name: String
    let variance: Double
  }

  /// - Parameter variance: nil: that of single trials, passed or failed.
  package init(discordance: Double, variance: Double? = nil, icc: Double = 0, source: Source) {
    self.discordance = discordance
    self.variance = variance ?? discordance
    self.icc = icc
    self.source = source
  }

  /// As the pairs of a finished run were; nil without two of them.
  ///
  /// Where no case differed one is counted as such: that none ever will is more than a run can show.
  package init?(_ evidence: Evidence, of run: RunID) {
    guard let pairs = evidence.scopes.first?.whole else { return nil }
    self.init(evidence, source: .run(run, pairs: pairs.table.n))
  }

  init?(_ evidence: Evidence, source: Source) {
    guard evidence.hasProduction, let whole = evidence.scopes.first else { return nil }
    self.init(whole.whole, source: source)
    metrics = whole.units.metrics.compactMap { metric in
      PairOutlook(metric.whole, source: source).map { Metric(name: metric.needs.name, variance: $0.variance) }
    }
  }

  private init?(_ pairs: PairEvidence, source: Source) {
    let (table, sums) = (pairs.table, pairs.complete())
    guard table.n > 1, let mean = sums.mean else { return nil }
    let least = 1 / Double(table.n)
    let discordance = max(least, table.discordance ?? 1)
    // The variance of the mean, a case's share of it: with clusters it holds what they add.
    let ofMean = sums.standardError.map { $0 * $0 * Double(sums.pairs) }
    // Only where cases differ by −1, 0 or 1 is what one case adds known apart from its cluster.
    guard pairs.metric == nil, !pairs.hasRepeats, pairs.hasClusters, let clustered = ofMean, let effective = sums.effectiveClusters else {
      // The least seen: one case that differs whole, or for grades by a tenth.
      let floor = pairs.metric == nil ? least : least / 100
      self.init(discordance: discordance, variance: ofMean.map { max($0, floor) } ?? discordance, source: source)
      return
    }
    let variance = max(least, discordance - mean * mean)
    let size = Double(sums.pairs) / effective
    let icc = size > 1 ? (clustered / variance - 1) / (size - 1) : 0
    self.init(discordance: discordance, variance: variance, icc: min(1, max(0, icc)), source: source)
  }

  /// What is expected of a metric's scores, of passes where it is nil; a metric never seen varies as passes do, at the most.
  func outlook(of metric: String?) -> PairOutlook {
    guard let metric, let known = metrics.first(where: { sameBytes($0.name, metric) }) else { return self }
    return PairOutlook(discordance: discordance, variance: known.variance, source: source)
  }
}

/// The chance as people read it; never 0 or 100 % where it is neither.
package func chance(_ probability: Double) -> String {
  if probability > 0, probability < 0.0005 { return "less than 0.1 %" }
  if probability < 1, probability > 0.9995 { return "more than 99.9 %" }
  return percent(probability)
}
