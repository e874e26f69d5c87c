package import PortcullisCore

/// Why the store cannot be read or written. After a failed write nothing more is written by the same recorder.
package enum StoreError: Error, Sendable, Hashable {
  case full(path: String, detail: String)
  case readOnly(path: String, detail: String)
  case corrupt(path: String, detail: String)
  /// A file that is there, but no store of ours; it was not touched.
  case notOurs(path: String, detail: String)
  /// Written by a later portcullis; it was not touched.
  case newer(path: String, version: Int, known: Int)
  case cannotOpen(path: String, detail: String)
  case io(path: String, detail: String)
  /// Another process kept the write lock for longer than the busy timeout.
  case busy(path: String, detail: String)
  case networkFileSystem(path: String, kind: String)
  case notEnoughSpace(path: String, free: Int, needed: Int)
  /// Another process works on this run.
  case locked(run: RunID, holder: SessionHolder?)
  case noSuchRun(String, hint: String?)
  case ambiguousRun(String, [RunID])
  case wrongState(run: RunID, state: RunState, wanted: String)
  /// Counts that were decided on and counts that are stored differ.
  case countsDiffer(run: RunID, seen: String, stored: String)
  /// Another run was decided on the same question since the ledger was read: decide again.
  case triedMeanwhile(run: RunID)
  case noSuchCanary(String, hint: String)
  case ambiguousCanary(String, [String])
  /// The name is taken.
  case canaryExists(String)
  /// Another process moved the canary on since its state was read: load it again and reckon anew.
  case changedMeanwhile(canary: String)
  /// The promotion ledger was tampered with; nothing was written.
  case brokenLedger(path: String, detail: String)
  /// The record breaks a law of the schema: a programmer's error, nothing was written.
  case contradiction(String)
  case closed

  package var diagnostic: Diagnostic {
    let (message, help) = text
    return Diagnostic(.error, message, help: help)
  }

  package var exitCode: ExitCode {
    switch self {
    case .notOurs, .newer, .noSuchRun, .ambiguousRun, .noSuchCanary, .ambiguousCanary, .canaryExists, .brokenLedger:
      .badInput
    case .wrongState, .countsDiffer, .triedMeanwhile, .changedMeanwhile, .contradiction, .closed: .internalError
    case .full, .readOnly, .corrupt, .cannotOpen, .io, .busy, .networkFileSystem, .notEnoughSpace, .locked: .cannotWrite
    }
  }

  private var text: (String, String?) {
    let resume = "nothing recorded is lost; the same command resumes the run"
    switch self {
    case .full(let path, let detail): return ("the disk is full while writing '\(path)': \(detail)", "free some space; " + resume)
    case .readOnly(let path, let detail):
      return ("the store '\(path)' cannot be written: \(detail)", "make its folder writable, or name another with '--store DIR'")
    case .corrupt(let path, let detail):
      return (
        "the store '\(path)' is damaged: \(detail)",
        "keep a copy; move it away to start afresh, or recover what is readable with 'sqlite3 \(path) .recover'"
      )
    case .notOurs(let path, let detail):
      return ("'\(path)' is no store of portcullis: \(detail)", "it was not touched; name another folder with '--store DIR'")
    case .newer(let path, let version, let known):
      return (
        "the store '\(path)' has format \(version), this portcullis knows formats up to \(known)",
        "it was not touched; use a newer portcullis, or name another folder with '--store DIR'"
      )
    case .cannotOpen(let path, let detail):
      return (
        "the store '\(path)' cannot be opened: \(detail)", "check the folder's owner and permissions, or name another with '--store DIR'"
      )
    case .io(let path, let detail):
      return ("the disk failed at '\(path)': \(detail)", "check the disk before anything else; what was committed is kept")
    case .busy(let path, let detail):
      return ("another process keeps the store '\(path)' locked: \(detail)", "wait until it is done; " + resume)
    case .networkFileSystem(let path, let kind):
      return ("'\(path)' lies on a network file system (\(kind)), which cannot keep a store safe", "name a local folder with '--store DIR'")
    case .notEnoughSpace(let path, let free, let needed):
      return (
        "\(megabytes(free)) are free at '\(path)', this run may need \(megabytes(needed))",
        "free some space, or name another folder with '--store DIR'"
      )
    case .locked(let run, let holder):
      let by = holder.map { "process \($0.pid) on \($0.host), since \($0.since)" } ?? "another process"
      return ("run \(run) is being worked on by \(by)", "wait for it or stop it; '--fresh' starts a run of its own")
    case .noSuchRun(let name, let hint): return ("no run '\(name)' in the store", hint)
    case .ambiguousRun(let name, let runs):
      return ("'\(name)' begins more than one run", "write more of it: " + runs.map(\.text).joined(separator: ", "))
    case .wrongState(let run, let state, let wanted): return ("run \(run) is \(state.rawValue), not \(wanted)", nil)
    case .countsDiffer(let run, let seen, let stored):
      return (
        "run \(run) was decided on other trials than are stored: \(seen) seen, \(stored) stored",
        "decide again: 'portcullis gate --run \(run)'"
      )
    case .triedMeanwhile(let run):
      return ("the candidate of run \(run) was decided on by another run meanwhile", "decide again: 'portcullis gate --run \(run)'")
    case .noSuchCanary(let name, let hint): return ("no canary '\(visible(name))' in the store", hint)
    case .ambiguousCanary(let name, let canaries):
      return (
        "'\(visible(name))' begins more than one canary", "write more of it: " + canaries.map { visible($0) }.joined(separator: ", ")
      )
    case .canaryExists(let name):
      return ("there is a canary '\(visible(name))' already", "a canary is never begun again; give the new one a name of its own")
    case .changedMeanwhile(let canary):
      return ("another process moved the canary '\(visible(canary))' on meanwhile", "nothing was written; run the same command again")
    case .brokenLedger(let path, let detail):
      return (
        "the promotion ledger in '\(path)' was tampered with: \(detail)",
        "nothing was written; 'portcullis history --verify' names every entry that was changed"
      )
    case .contradiction(let detail):
      return ("a record contradicts the store: \(detail)", "this is a bug in portcullis; nothing was written")
    case .closed: return ("the store is closed", nil)
    }
  }
}

/// Who works on a run.
package struct SessionHolder: Sendable, Hashable {
  package let pid: Int
  package let host: String
  package let since: WallTime
}

private func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
