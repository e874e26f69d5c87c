import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let agreement = MethodGroup("Agreement of raters", [krippendorff, cohen, gwet])
}

private let rating = Shape.orNull(.number(.from(-1e9, to: 1e9)))

private let krippendorff = Method(
  "krippendorff", "Reliability of any number of raters with gaps; a gold standard takes at least 0.67.",
  inputs: [
    Input(
      "ratings", "for each rater a rating of each unit, in one order, null where there is none",
      .list(.list(rating, count: 0...100_000), count: 0...1_000)),
    .word("level", "what makes two ratings differ more", ["nominal", "ordinal", "interval"]),
  ],
  outputs: [Output("alpha", "1 is perfect, 0 is chance; null where no unit has two ratings, or all are equal")],
  source: Source("§11", "K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011")
) { inputs in
  let raters = inputs.matrix("ratings")
  let units = raters.first?.count ?? 0
  for (rater, ratings) in raters.enumerated() where ratings.count != units {
    throw inputs.problem("ratings", "rater \(rater) has \(ratings.count) entries, the first has \(units): write null where there is none")
  }
  let level: MeasurementLevel =
    switch inputs.word("level") {
    case "nominal": .nominal
    case "ordinal": .ordinal
    default: .interval
    }
  return ["alpha": .real(krippendorffAlpha((0..<units).map { unit in raters.compactMap { $0[unit] } }, level: level))]
}

private let cohen = Method(
  "cohen_kappa", "Agreement of two raters beyond chance; reported, never gating.",
  inputs: [
    Input(
      "table", "counts, rows by the first rater and columns by the second, in the order of the scale",
      .list(.list(.whole(0...Shape.mostTrials), count: 0...100), count: 0...100)),
    .word("weights", "what a near miss on an ordered scale counts", ["none", "linear", "quadratic"], default: "none"),
  ],
  outputs: [
    Output("kappa", "1 is perfect, 0 is chance; null without ratings, or where only one word occurs"),
    Output("se", "large-sample standard error"),
  ], source: Source("§11", "J. L. Fleiss, J. Cohen, B. S. Everitt, 1969, doi:10.1037/h0028106")
) { inputs in
  let table = inputs.matrix("table").map { $0.compactMap { $0.map { Int($0) } } }
  guard table.allSatisfy({ $0.count == table.count }) else {
    throw inputs.problem("table", "it must have as many columns as rows, \(table.count)")
  }
  let weights: KappaWeights =
    switch inputs.word("weights") {
    case "none": .unweighted
    case "linear": .linear
    default: .quadratic
    }
  let result = cohenKappa(table, weights: weights)
  return ["kappa": .real(result?.kappa), "se": .real(result?.standardError)]
}

private let gwet = Method(
  "gwet_ac1", "Agreement of any number of raters beyond chance, robust where nearly all answers pass; reported, never gating.",
  inputs: [
    Input(
      "ratings", "for each unit its ratings, null where there is none", .list(.list(rating, count: 0...1_000), count: 0...100_000))
  ],
  outputs: [Output("ac1", "1 is perfect, 0 is chance; null where no unit has two ratings, or all are equal")],
  source: Source("§11", "K. L. Gwet, 2008, doi:10.1348/000711006X126600")
) { ["ac1": .real(gwetAC1($0.matrix("ratings").map { unit in unit.compactMap { $0 } }))] }
