import PortcullisCore
import PortcullisStatistics

extension MethodGroup {
  package static let distributions = MethodGroup(
    "Numerical kit",
    [
      normPPF, normCDF, normLogCDF, tPPF, tCDF, betaInc, betaIncInv, lgamma, binomCDF, splitMix, splitMixBelow,
    ])
}

private let probability = Input.number("p", "probability", .from(0, to: 1))
private let deviate = Input.number("x", "deviate", .extended)
private let degrees = Input.number("df", "degrees of freedom", .from(0.1, to: 1e9))
/// A parameter of the beta function: beyond these ends its continued fraction loses digits or takes seconds.
private func parameter(_ name: String) -> Input { .number(name, "parameter of the beta function", .from(1e-6, to: 1e9)) }
private func value(_ meaning: String) -> [Output] { [Output("value", meaning)] }

private let normPPF = Method(
  "norm_ppf", "The standard normal quantile.", inputs: [probability],
  outputs: value("the x with P(Z ≤ x) = p; -inf at 0, inf at 1"),
  source: Source("§2", "Abramowitz and Stegun 26.2.23, then Halley's method")
) { ["value": .real(normalQuantile($0.number("p")))] }

private let normCDF = Method(
  "norm_cdf", "The standard normal distribution function.", inputs: [deviate], outputs: value("P(Z ≤ x)"), source: Source("§2")
) { ["value": .real(normalCDF($0.number("x")))] }

private let normLogCDF = Method(
  "norm_logcdf", "The logarithm of the standard normal distribution function, also far in the tail.", inputs: [deviate],
  outputs: value("ln P(Z ≤ x)"), source: Source("§2", "Abramowitz and Stegun 26.2.14")
) { ["value": .real(normalLogCDF($0.number("x")))] }

private let tPPF = Method(
  "t_ppf", "The quantile of Student's distribution.", inputs: [probability, degrees],
  outputs: value("the x with P(T ≤ x) = p; -inf at 0, inf at 1"), source: Source("§2")
) { inputs in
  let (p, df) = (inputs.number("p"), inputs.number("df"))
  // The square of the answer must stay a double.
  let least = df < 1 ? 1e-14 : 1e-140
  guard p == 0 || p == 1 || min(p, 1 - p) >= least else {
    throw inputs.problem(
      "p", "with 'df' \(df < 1 ? "below 1" : "of 1 or more") it must be 0, 1 or at least \(canonicalNumber(least)) from both")
  }
  return ["value": .real(studentQuantile(p, degrees: df))]
}

private let tCDF = Method(
  "t_cdf", "The distribution function of Student's distribution.", inputs: [deviate, degrees], outputs: value("P(T ≤ x)"),
  source: Source("§2")
) { ["value": .real(studentCDF($0.number("x"), degrees: $0.number("df")))] }

private let betaInc = Method(
  "betainc", "The regularised incomplete beta function.",
  inputs: [parameter("a"), parameter("b"), .number("x", "argument", .from(0, to: 1))], outputs: value("I_x(a, b)"),
  source: Source("§2", "continued fraction by the modified Lentz method; front factor by C. Loader, 2000")
) { ["value": .real(incompleteBeta($0.number("x"), a: $0.number("a"), b: $0.number("b")))] }

private let betaIncInv = Method(
  "betaincinv", "The inverse of the regularised incomplete beta function.", inputs: [parameter("a"), parameter("b"), probability],
  outputs: value("the x with I_x(a, b) = p"), source: Source("§2")
) { ["value": .real(inverseIncompleteBeta($0.number("p"), a: $0.number("a"), b: $0.number("b")))] }

private let lgamma = Method(
  "lgamma", "The logarithm of the gamma function.", inputs: [.number("x", "argument", .above(0))], outputs: value("ln Γ(x)"),
  source: Source("§2", "glibc")
) { ["value": .real(logGamma($0.number("x")))] }

private let binomCDF = Method(
  "binom_cdf", "The distribution function of the binomial distribution.",
  inputs: [
    Input("k", "successes", .whole(-Shape.mostTrials...Shape.mostTrials)), .count("n", "trials"),
    .number("p", "probability of a success", .from(0, to: 1)),
  ], outputs: value("P(X ≤ k) for X ~ Bin(n, p)"), source: Source("§2")
) { ["value": .real(binomialCDF($0.whole("k"), of: $0.whole("n"), p: $0.number("p")))] }

private let seed = Input("seed", "seed of the generator", .whole(0...Int.max))
private let draws = Input("count", "numbers to draw", .whole(0...10_000))

private let splitMix = Method(
  "splitmix64", "Random numbers of the seeded generator that every resampling uses.", inputs: [seed, draws],
  outputs: [Output("hex", "each number as 16 hexadecimal digits")],
  source: Source("§2", "G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators, 2014")
) { inputs in
  var generator = SplitMix64(seed: UInt64(inputs.whole("seed")))
  let digits = (0..<inputs.whole("count")).map { _ in
    let text = String(generator.next(), radix: 16)
    return JSON.string(String(repeating: "0", count: 16 - text.utf8.count) + text)
  }
  return ["hex": .array(digits)]
}

private let splitMixBelow = Method(
  "splitmix64_below", "Random indices of the seeded generator.",
  inputs: [seed, Input("n", "indices lie below it", .whole(1...Int.max)), draws],
  outputs: [Output("values", "indices in 0…n − 1")], source: Source("§2")
) { inputs in
  var generator = SplitMix64(seed: UInt64(inputs.whole("seed")))
  let n = inputs.whole("n")
  return ["values": .array((0..<inputs.whole("count")).map { _ in .int(generator.below(n)) })]
}
