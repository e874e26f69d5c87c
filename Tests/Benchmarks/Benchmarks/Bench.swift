import Foundation

/// What can be measured, by the names of the command line; targets are those of `reference/performance.md`.
enum Measure: String, CaseIterable {
  case cold, throughput, schedule, memory, resume, validate, million

  /// All that end within a few minutes.
  static let usual = allCases.filter { $0 != .million }
}

/// Runs measures one after the other and prints a table as each ends. A figure beyond its target is shown, never an error: a benchmark is no test.
struct Bench {
  let portcullis: String
  let measures: [Measure]
  /// Interleaved rounds of each measure; the table shows their median, least and greatest.
  let rounds = 5

  func run() throws {
    let folder = try Folder()
    defer { folder.remove() }
    printHeader()
    for measure in measures {
      let rows: [Row] =
        switch measure {
        case .cold: try coldStart(folder)
        case .throughput: try throughput(folder)
        case .schedule: try scheduling(folder)
        case .memory: try memory(folder, counts: [1_000, 100_000])
        case .resume: try resume(folder)
        case .validate: try validation(folder)
        case .million: try memory(folder, counts: [1_000_000])
        }
      for row in rows { row.print() }
    }
  }

  /// One call of the command under test.
  ///
  /// - Throws: `Failed` where it ends otherwise than with 0: what failed was not measured.
  func call(_ arguments: [String], in folder: Folder) throws -> Cost {
    try cost(of: portcullis, arguments, log: folder.path("log"))
  }

  /// `portcullis run` over a case file into a store of its own, which is removed unless `keeping` names it.
  func run(
    _ cases: String, at server: ModelServer, concurrency: Int, in folder: Folder, keeping kept: String? = nil
  ) throws -> Cost {
    let store = kept ?? folder.path("store")
    defer { if kept == nil { folder.remove(store) } }
    return try call(
      ["run", cases, "--target", server.target, "--concurrency", "\(concurrency)", "-q", "--store", store], in: folder)
  }
}
