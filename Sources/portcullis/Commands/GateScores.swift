import ArgumentParser
import Foundation
import PortcullisCore
import PortcullisFormats
import PortcullisGate
import PortcullisReports

/// Options of `gate --scores`: a decision on scores that another tool computed.
struct ScoreOptions: ParsableArguments {
  @Option(
    name: .customLong("scores"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Decide on two files of scores, production's and then the candidate's: CSV or JSON Lines with id and score.", valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("With --scores: the loss that must be excluded, as in 0.05 or 5%.", valueName: "share"))
  var margin: String?

  @Option(
    help: ArgumentHelp(
      "With --scores: how many cases were planned, or 'all' if every one of them is in the files.", valueName: "number"))
  var cases: String?

  @Option(
    help: ArgumentHelp("With --scores: what the columns are called, as in id=question_id,score=acc.", valueName: "ours=theirs,…"))
  var columns: String?

  /// Whether the gate decides on two files.
  var isGiven: Bool { !files.isEmpty }

  func validate() throws {
    guard isGiven else {
      let stray = [("--margin", margin), ("--cases", cases), ("--columns", columns)].filter { $0.1 != nil }.map(\.0)
      if let first = stray.first { throw ValidationError("\(first) belongs to --scores, which is not given") }
      return
    }
    guard files.count == 2 else {
      throw ValidationError(
        "--scores takes two files, production's and then the candidate's; \(files.count == 1 ? "one is" : "\(files.count) are") given")
    }
    _ = try request()
  }

  /// What is asked; throws a usage error.
  func request() throws -> ScoresRequest {
    ScoresRequest(
      production: files[0], candidate: files[1], columns: try columns.map(readColumns) ?? ScoreColumns(), margin: try readMargin(),
      planned: try readCases())
  }

  private func readMargin() throws -> Double {
    guard let margin else {
      throw ValidationError("--scores needs --margin: the loss that must be excluded, declared before anybody looks, as in --margin 0.05")
    }
    let share: Double
    do throws(UnitProblem) { share = try parseShare(margin) } catch {
      throw ValidationError("--margin", error.message, help: error.help)
    }
    guard share > 0, share < 1 else { throw ValidationError("--margin is '\(margin)'; it must lie above 0 and below 1") }
    return share
  }

  private func readCases() throws -> PlannedCases {
    guard let cases else {
      throw ValidationError(
        "--scores needs --cases: cases that are in neither file cannot be seen, so name how many were planned, or 'all' if these are all")
    }
    if cases == "all" { return .all }
    guard let count = Int(cases), count > 0 else {
      throw ValidationError("--cases is '\(cases)'; it must be a whole number above 0, or 'all'")
    }
    return .count(count)
  }

  private func readColumns(_ text: String) throws -> ScoreColumns {
    do throws(Diagnostic) { return try ScoreColumns(text) } catch {
      throw ValidationError("--columns", error.message, help: error.help)
    }
  }
}

/// Two files and what is asked of them.
struct ScoresRequest {
  let production: String
  let candidate: String
  let columns: ScoreColumns
  let margin: Double
  let planned: PlannedCases
}

extension GateCommand {
  /// What belongs to a run of our own means nothing for scores that are there already.
  func validateScores() throws {
    guard scores.isGiven else { return }
    let others: [(String, Bool)] = [
      ("--config", plan.config != nil), ("--evalset", !plan.evalset.isEmpty), ("--case", plan.caseGlob != nil),
      ("--tag", !plan.tags.isEmpty),
      ("--limit", plan.limit != nil), ("--set", !plan.sets.isEmpty), ("--api-key-env", plan.apiKeyVariable != nil),
      ("--candidate", candidate != nil), ("--production", production != nil), ("--run", decideAgain != nil),
      ("--repeats", options.repeats != nil), ("--concurrency", options.concurrency != nil), ("--timeout", options.timeout != nil),
      ("--budget", options.budget != nil), ("--store", options.store != nil), ("--fresh", options.fresh), ("--reuse", options.reuse != nil),
      ("--seed", options.seed != nil),
    ]
    let given = others.filter(\.1).map(\.0)
    guard given.isEmpty else {
      throw ValidationError("--scores decides on two files and asks nothing; it cannot be combined with \(given.joined(separator: ", "))")
    }
  }

  /// Decides on two files of scores. No store is made and no attempt counted: the files are the evidence.
  func decideScores(_ files: [ReportFile]) async throws {
    let began = Date(), start = ContinuousClock.now
    let request = try scores.request()
    let choice = plan.clusters.map(ClusterChoice.init(word:)) ?? .undeclared
    // Reading blocks; the pool of tasks must not wait for disks.
    let decided = try await onOwnThread { try ScoresDecision(request, clusters: choice) }
    if !options.quiet { for warning in decided.scores.notes { note(warning.description) } }
    let input = decided.reportInput(started: began, took: ContinuousClock.now - start)
    try deliver(input, json: options.json, files: files, isCompact: compact, again: "the same command decides and writes it again")
    throw Exit(code: decided.decision.exitCode)
  }
}

/// Does blocking work on a thread that ends with it.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
  }
}
