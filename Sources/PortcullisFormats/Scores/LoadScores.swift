import Dispatch
package import PortcullisCore
import Synchronization

/// Two files of scores that somebody else computed, checked and paired; formats.md §10.
package struct LoadedScores: Sendable {
  package let production: ScoreTable
  package let candidate: ScoreTable
  let pairing: ScorePairing
  package let productionDigest: Digest
  package let candidateDigest: Digest
  /// Whether some score is neither 0 nor 1: then every score is a grade.
  package let isGraded: Bool
  /// Of the plan, also those that neither file has.
  package let plannedCases: Int
  /// What a reader must know of the files beside their scores.
  package let notes: [Diagnostic]
}

/// How many cases were planned: what the files cannot say.
package enum PlannedCases: Sendable, Hashable {
  case count(Int)
  /// The user vouches that every planned case is in the files.
  case all
}

/// Reads both files at once, on threads of their own, and refuses what could open a gate that nobody meant to open; throws `Problems`.
///
/// Blocks until both are read. Holds about 45 bytes of a row with an id of 20 bytes, not the rows.
package func loadScores(
  production: String, candidate: String, columns: ScoreColumns, planned: PlannedCases
) throws -> LoadedScores {
  let list = ProblemList()
  let files = [production, candidate].compactMap { path -> RegularFile? in
    do throws(Diagnostic) { return try RegularFile(path: path, shown: path, limit: ByteTable.mostBytes) } catch {
      list.add(error)
      return nil
    }
  }
  try list.check()
  if files[0].isSameFile(as: files[1]) { throw sameFile(files, "are one and the same file") }
  let readings = readAll(files, columns)
  for problem in readings.flatMap(\.problems) { list.add(problem) }
  try list.check()
  return try ScoreChecks(readings[0], readings[1], files, planned).checked()
}

/// Neither read waits for the other. Dispatch gives each a thread, and both have ended when this returns.
private func readAll(_ files: [RegularFile], _ columns: ScoreColumns) -> [ScoreReading] {
  let readings = Mutex<[Int: ScoreReading]>([:])
  DispatchQueue.concurrentPerform(iterations: files.count) { place in
    let reading = readScores(files[place], columns: columns)
    readings.withLock { $0[place] = reading }
  }
  return readings.withLock { readings in files.indices.compactMap { readings[$0] } }
}

/// One arm compared with itself always holds.
func sameFile(_ files: [RegularFile], _ what: String) -> Problems {
  Problems([
    Diagnostic(
      .error, "'\(files[0].shown)' and '\(files[1].shown)' \(what): one arm would be compared with itself", at: Place(file: files[1].shown),
      help: "give production's scores first, then the candidate's")
  ])
}

extension RegularFile {
  func isSameFile(as other: RegularFile) -> Bool {
    identity.device == other.identity.device && identity.inode == other.identity.inode
  }
}
