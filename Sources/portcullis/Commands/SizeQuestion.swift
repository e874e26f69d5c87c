import ArgumentParser
import PortcullisCore
import PortcullisGate

/// What `plan-size` is asked, as its options say it.
struct SizeQuestion: ParsableArguments {
  @Option(help: ArgumentHelp("The largest loss accepted, as in 3% or 0.03.", valueName: "share"), transform: share)
  var margin: Double?

  @Option(help: ArgumentHelp("The chance of a pass that is wanted for equal models (default: 0.8).", valueName: "share"), transform: share)
  var power: Double?

  @Option(
    help: ArgumentHelp("Share of cases in which the arms differ (default: a column each for 2, 5, 10, 20 %).", valueName: "share"),
    transform: share)
  var discordance: Double?

  @Option(help: ArgumentHelp("The error rate of a wrong pass (default: 0.05, or the config's).", valueName: "share"), transform: share)
  var alpha: Double?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The true difference assumed, candidate - production (default: 0).", valueName: "share"),
    transform: signedShare)
  var difference: Double?

  @Option(help: ArgumentHelp("Grades: the standard deviation of a case's difference.", valueName: "number"), transform: share)
  var sd: Double?

  @Option(
    help: ArgumentHelp("Grades: the variance of a case's difference (with --noise: of its true difference).", valueName: "number"),
    transform: share)
  var variance: Double?

  @Option(
    help: ArgumentHelp("Grades: the variance of one trial within its case, the same in both arms.", valueName: "number"), transform: share)
  var noise: Double?

  @Option(help: ArgumentHelp("Trials a case in each arm (with --noise; default: a column each for 1, 2, 4, 8).", valueName: "n"))
  var repeats: Int?

  @Option(help: ArgumentHelp("Cases that share a source, in the mean.", valueName: "number"))
  var clusterSize: Double?

  @Option(help: ArgumentHelp("Variation of these sizes, deviation/mean (default: 0).", valueName: "number"))
  var clusterVariation: Double?

  @Option(help: ArgumentHelp("How much alike differences within a cluster are, 0…1.", valueName: "share"), transform: share)
  var icc: Double?

  @Flag(help: "Arms that see different requests, as in a canary.")
  var unpaired = false

  @Option(
    help: ArgumentHelp("Unpaired: production's pass rate (default: a column each for 50, 80, 90, 95 %).", valueName: "share"),
    transform: share)
  var rate: Double?

  @Option(help: ArgumentHelp("Unpaired: production's requests for one of the candidate's (default: 1).", valueName: "number"))
  var ratio: Double?

  /// Shares of differing cases to show: those that the difference assumed is possible at.
  var discordances: [Double] { (discordance.map { [$0] } ?? [0.02, 0.05, 0.10, 0.20]).filter { $0 >= abs(difference ?? 0) } }

  /// What the table is about.
  var asked: SizeTable.Question {
    if unpaired { return .unpaired(rates: rate.map { [$0] } ?? [0.5, 0.8, 0.9, 0.95], ratio: ratio ?? 1) }
    if let clusterSize {
      return .clustered(discordances: discordances, size: clusterSize, variation: clusterVariation ?? 0, icc: icc ?? 0)
    }
    if let noise { return .repeated(variance: variance ?? 0, noise: noise, trials: repeats.map { [$0] } ?? [1, 2, 4, 8]) }
    if let variance = variance ?? sd.map({ $0 * $0 }) { return .graded(variance: variance) }
    return .passRate(discordances: discordances)
  }

  /// The first option given that has no meaning for a suite at hand.
  var firstOfTables: String? {
    let given: [(String, Bool)] = [
      ("--power", power != nil), ("--difference", difference != nil), ("--sd", sd != nil), ("--variance", variance != nil),
      ("--noise", noise != nil), ("--repeats", repeats != nil), ("--cluster-size", clusterSize != nil),
      ("--cluster-variation", clusterVariation != nil), ("--icc", icc != nil), ("--unpaired", unpaired), ("--rate", rate != nil),
      ("--ratio", ratio != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func validate() throws {
    if let margin { try require(margin > 0 && margin < 1, "--margin", margin, "lie above 0 and below 1") }
    if let power { try require(power > 0.5 && power < 1, "--power", power, "lie above 0.5 and below 1") }
    if let alpha { try require(alpha > 0 && alpha <= 0.5, "--alpha", alpha, "lie above 0 and at most at 0.5") }
    if let discordance { try require(discordance > 0, "--discordance", discordance, "be above 0") }
    if let sd { try require(sd > 0, "--sd", sd, "be above 0") }
    if let repeats { try require((1...1000).contains(repeats), "--repeats", Double(repeats), "be within 1 and 1000") }
    if let clusterSize {
      try require(clusterSize >= 1 && clusterSize <= 1e6, "--cluster-size", clusterSize, "be within 1 and 1000000")
    }
    if let clusterVariation {
      try require(clusterVariation >= 0 && clusterVariation <= 1000, "--cluster-variation", clusterVariation, "be within 0 and 1000")
    }
    if let ratio { try require(ratio > 0 && ratio <= 1e6, "--ratio", ratio, "lie above 0 and at most at 1000000") }
    if let rate { try require(rate > 0 && rate < 1, "--rate", rate, "lie above 0 and below 1") }
    try refuseMixtures()
    if let difference, !isGraded, !unpaired, discordances.isEmpty {
      throw ValidationError(
        "--difference is \(canonicalNumber(difference)): arms that differ in \(canonicalNumber(discordance ?? 0.2)) of the cases cannot "
          + "differ by more than that; give a larger '--discordance'")
    }
  }

  private var isGraded: Bool { sd != nil || variance != nil || noise != nil }

  private func refuseMixtures() throws {
    if sd != nil, variance != nil { throw ValidationError("--sd and --variance cannot be combined: one is the square of the other") }
    if noise != nil, sd != nil { throw ValidationError("--noise and --sd cannot be combined: give '--variance' between cases") }
    if noise != nil, variance == nil { throw ValidationError("--noise needs '--variance', that of the true difference between cases") }
    if repeats != nil, noise == nil {
      throw ValidationError("--repeats needs '--noise': repeats average out the noise within a case alone")
    }
    if (clusterSize == nil) != (icc == nil) { throw ValidationError("--cluster-size and --icc belong together: give both") }
    if clusterVariation != nil, clusterSize == nil { throw ValidationError("--cluster-variation needs '--cluster-size'") }
    if rate != nil || ratio != nil, !unpaired { throw ValidationError("\(rate != nil ? "--rate" : "--ratio") needs '--unpaired'") }
    let kinds = [(isGraded, "grades"), (clusterSize != nil, "clusters"), (unpaired, "unpaired arms")].filter(\.0).map(\.1)
    if kinds.count > 1 { throw ValidationError("one table at a time: these options ask for \(kinds.joined(separator: " and for "))") }
    if discordance != nil, isGraded || unpaired {
      throw ValidationError("--discordance is about passes and fails of the same cases; it cannot be combined with \(kinds[0])")
    }
  }

  private func require(_ holds: Bool, _ name: String, _ value: Double, _ demand: String) throws {
    guard holds else { throw ValidationError("\(name) is \(canonicalNumber(value)); it must \(demand)") }
  }
}

/// A share on the command line, `0.03` or `3%`.
private func share(_ text: String) throws -> Double {
  do throws(UnitProblem) { return try parseShare(text) } catch {
    throw ValidationError(error.message + (error.help.map { "; \($0)" } ?? ""))
  }
}

/// The same with a sign: `-0.01` or `-1%`.
private func signedShare(_ text: String) throws -> Double {
  text.hasPrefix("-") ? -(try share(String(text.dropFirst()))) : try share(text)
}
