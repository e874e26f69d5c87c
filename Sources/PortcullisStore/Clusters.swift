import GRDB
import PortcullisCore
package import PortcullisGate

extension RunSession {
  /// Keeps the clusters that were found in the plan of a new run, once its cases are listed and before it is sealed.
  package func append(_ clusters: inout FoundClusters) throws(StoreError) {
    guard !clusters.isEmpty else { return }
    var found = clusters
    try store.writing { db in
      let add = try RawStatement("INSERT INTO run_cluster (run, ordinal, first) VALUES (?, ?, ?)", in: db)
      for ordinal in 0..<run.plannedCases {
        guard let first = found.cluster(of: ordinal) else { continue }
        for value in [Int(run.row), ordinal, first] { add.bind(value) }
        try add.run()
      }
    }
    clusters = found
  }
}

extension Store {
  /// Goes through the cases of a run in the order of the plan, without their trials: what tells how they may be grouped.
  package func facts(of run: RunRecord, page: Int = 2000) -> Pages<CaseFacts> {
    Pages { after throws(StoreError) in
      try reading { db in
        var reader = CaseReader(store: self, db: db)
        let rows = try RawStatement(
          """
          SELECT r.ordinal, c.case_id, c.cluster, c.facts, k.first
          FROM run_case r JOIN case_content c ON c.id = r.content LEFT JOIN run_cluster k ON k.run = r.run AND k.ordinal = r.ordinal
          WHERE r.run = ? AND r.ordinal > ? ORDER BY r.ordinal LIMIT ?
          """, in: db)
        defer { rows.reset() }
        for value in [Int(run.row), after, page] { rows.bind(value) }
        var facts: [CaseFacts] = []
        var last = after
        while try rows.step() {
          last = rows.int(0)
          var one = try reader.facts(rows.int(3), id: rows.text(1), cluster: rows.text(2), plannedTrials: 1)
          one.foundCluster = rows.optionalInt(4)
          facts.append(one)
        }
        return (facts, last)
      }
    }
  }
}
