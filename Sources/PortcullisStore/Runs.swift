import Foundation
import GRDB
package import PortcullisCore

extension Store {
  package func run(_ id: RunID) throws(StoreError) -> RunRecord? {
    try runs("WHERE name = ?", [id.text]).first
  }

  /// A run by its id, a unique prefix, `latest` or `latest~N`. Runs that were never planned to the end do not count.
  package func run(named name: String) throws(StoreError) -> RunRecord {
    if let back = stepsBack(name) {
      guard let run = try runs("WHERE state > 0 ORDER BY run.id DESC LIMIT 1 OFFSET ?", [back]).first else {
        let count = try reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM run WHERE state > 0") ?? 0 }
        throw .noSuchRun(
          name,
          hint: count == 0
            ? "the store holds no run yet"
            : count == 1 ? "the store holds one run, 'latest'" : "the store holds \(count) runs, the oldest is 'latest~\(count - 1)'")
      }
      return run
    }
    let isHex = !name.isEmpty && name.utf8.count <= 12 && name.utf8.allSatisfy { hexDigit($0) != nil && !(0x41...0x46 ~= $0) }
    guard isHex else { throw .noSuchRun(name, hint: "name a run by its id, the beginning of it, 'latest' or 'latest~1'") }
    let found = try runs("WHERE state > 0 AND name >= ? AND name < ? ORDER BY run.id DESC LIMIT 10", [name, name + "g"])
    guard let first = found.first else {
      let recent = try runs("WHERE state > 0 ORDER BY run.id DESC LIMIT 3", []).map(\.id.text)
      throw .noSuchRun(name, hint: recent.isEmpty ? "the store holds no run yet" : "the latest are " + recent.joined(separator: ", "))
    }
    guard found.count == 1 else { throw .ambiguousRun(name, found.map(\.id)) }
    return first
  }

  /// The newest run of this plan that was begun and not finished: what the same command continues.
  package func unfinishedRun(planDigest: Digest, keyVersion: Int = 1) throws(StoreError) -> RunRecord? {
    try runs(
      "WHERE plan_digest = ? AND key_version = ? AND state IN (1, 2) ORDER BY run.id DESC LIMIT 1", [Data(planDigest.bytes), keyVersion]
    ).first
  }

  /// The newest finished gate run of this plan.
  package func finishedRun(planDigest: Digest, keyVersion: Int = 1) throws(StoreError) -> RunRecord? {
    try runs(
      "WHERE plan_digest = ? AND key_version = ? AND state = 3 AND kind = 0 ORDER BY run.id DESC LIMIT 1",
      [Data(planDigest.bytes), keyVersion]
    ).first
  }

  /// All runs that were begun and not finished, newest first: a changed plan names the one it does not continue.
  package func unfinishedRuns(limit: Int = 100) throws(StoreError) -> [RunRecord] {
    try runs("WHERE state IN (1, 2) ORDER BY run.id DESC LIMIT ?", [limit])
  }

  /// Newest first.
  package func runs(limit: Int) throws(StoreError) -> [RunRecord] {
    try runs("WHERE state > 0 ORDER BY run.id DESC LIMIT ?", [limit])
  }

  private func runs(_ condition: String, _ arguments: StatementArguments) throws(StoreError) -> [RunRecord] {
    try reading { db in
      try Row.fetchAll(db, sql: RunRecord.columns + " " + condition, arguments: arguments).map { try RunRecord($0, path: path) }
    }
  }

  /// What has been spent on a run so far, over all its sessions.
  package func totals(of run: RunRecord) throws(StoreError) -> RunTotals {
    try reading { db in
      let calls = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*), coalesce(sum(CASE WHEN e.attempt IS NULL THEN a.reserved_micro ELSE e.cost_micro END), 0),
            coalesce(sum(CASE WHEN e.attempt IS NULL THEN a.reserved_tokens ELSE e.tokens END), 0),
            coalesce(sum(e.attempt IS NULL), 0), coalesce(sum(e.attempt IS NOT NULL AND e.cost_micro IS NULL), 0)
          FROM attempt a LEFT JOIN attempt_end e ON e.attempt = a.id WHERE a.run = ? AND e.source IS NULL
          """, arguments: [run.row])
      let time = try Int.fetchOne(
        db, sql: "SELECT coalesce(sum(max(ended_at - started_at, 0)), 0) FROM session WHERE run = ? AND ended_at IS NOT NULL",
        arguments: [run.row])
      return RunTotals(
        calls: calls?[0] ?? 0, costMicro: calls?[1] ?? 0, tokens: calls?[2] ?? 0, openAttempts: calls?[3] ?? 0,
        unknownCosts: calls?[4] ?? 0,
        elapsed: .milliseconds(time ?? 0))
    }
  }
}

/// What a run has cost. An attempt without an end is charged at its reservation.
package struct RunTotals: Sendable, Hashable {
  /// Attempts that were sent; reused answers are none.
  package let calls: Int
  package let costMicro: Int
  package let tokens: Int
  /// Started, and nobody knows how they ended.
  package let openAttempts: Int
  /// Ended attempts whose cost nobody knows; not in `costMicro`.
  package let unknownCosts: Int
  /// Of ended sessions.
  package let elapsed: Duration

  package static let none = RunTotals(calls: 0, costMicro: 0, tokens: 0, openAttempts: 0, unknownCosts: 0, elapsed: .zero)

  package static func + (left: RunTotals, right: RunTotals) -> RunTotals {
    RunTotals(
      calls: left.calls + right.calls, costMicro: left.costMicro + right.costMicro, tokens: left.tokens + right.tokens,
      openAttempts: left.openAttempts + right.openAttempts, unknownCosts: left.unknownCosts + right.unknownCosts,
      elapsed: left.elapsed + right.elapsed)
  }
}

/// 0 for `latest`, N for `latest~N`, nil for another name.
private func stepsBack(_ name: String) -> Int? {
  if name == "latest" { return 0 }
  guard name.hasPrefix("latest~") else { return nil }
  let digits = name.dropFirst("latest~".count)
  guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
  return Int(digits)
}
