import Foundation

extension Bench {
  /// From nothing to the help text, and to the verdict on one recorded case.
  func coldStart(_ folder: Folder) throws -> [Row] {
    let cases = try folder.jsonLines(1)
    _ = try folder.write(
      "one/answers.jsonl",
      [
        #"{"case":"q-0","text":"After careful thought, the answer is 42.","model":"bench","usage":{"input":24,"output":9},"latency_ms":1}"#
          + "\n"
      ])
    let config = try folder.write(
      "one/portcullis.yaml",
      [
        """
        targets:
          candidate: {provider: replay, file: answers.jsonl}
          production: {provider: replay, file: answers.jsonl}
        policy: {offline: [complete, pass-rate: {observed_min: "100%"}]}

        """
      ])
    var help: [Cost] = []
    var gate: [Cost] = []
    for _ in 0..<4 * rounds {
      help.append(try call(["--help"], in: folder))
      gate.append(try call(["gate", "-c", config, "-e", cases, "-q", "--store", folder.path("one/store")], in: folder))
    }
    return [
      Row(measure: "cold start of --help", unit: "ms", series: help.series(\.wall, scale: 1e3), target: .atMost(25)),
      Row(measure: "  its CPU", unit: "ms", series: help.series(\.cpu, scale: 1e3)),
      Row(measure: "cold start of a one-case gate on replay", unit: "ms", series: gate.series(\.wall, scale: 1e3), target: .atMost(60)),
      Row(measure: "  its CPU", unit: "ms", series: gate.series(\.cpu, scale: 1e3)),
    ]
  }

  /// 10,000 cases against the libcurl floor, both at the concurrency that serves them best, in turns on one server; and the size of the store.
  func throughput(_ folder: Folder) throws -> [Row] {
    let count = 10_000
    let cases = try folder.jsonLines(count)
    let server = try ModelServer(delay: 0, in: folder)
    defer { server.stop() }
    func best(_ choices: [Int], _ cost: (Int) throws -> Cost) throws -> Int {
      let walls = try choices.map { choice in Series(try (0..<3).map { _ in try cost(choice).wall }).median }
      return zip(walls, choices).min { $0.0 < $1.0 }?.1 ?? choices[0]
    }
    let floorWidth = try best([8, 16, 32, 64, 128]) { try server.floor(count, concurrency: $0, in: folder) }
    let width = try best([16, 64, 256]) { try run(cases, at: server, concurrency: $0, in: folder) }
    var floor: [Cost] = []
    var wideFloor: [Cost] = []
    var ours: [Cost] = []
    for _ in 0..<2 * rounds {
      floor.append(try server.floor(count, concurrency: floorWidth, in: folder))
      wideFloor.append(try server.floor(count, concurrency: width, in: folder))
      ours.append(try run(cases, at: server, concurrency: width, in: folder))
    }
    let store = folder.path("kept")
    defer { folder.remove(store) }
    _ = try run(cases, at: server, concurrency: width, in: folder, keeping: store)
    let raw = try count * server.bodyBytes + folder.size(cases)
    let stored = try folder.size("\(store)/store.sqlite")
    return [
      Row(
        measure: "10,000 cases at \(width): wall against the floor at \(floorWidth)", unit: "×", series: ours.ratio(\.wall, to: floor),
        target: .atMost(1.6)),
      Row(measure: "  CPU against the floor", unit: "×", series: ours.ratio(\.cpu, to: floor), target: .atMost(2.5)),
      Row(measure: "  wall against the floor at \(width) too", unit: "×", series: ours.ratio(\.wall, to: wideFloor)),
      Row(measure: "  CPU against the floor at \(width) too", unit: "×", series: ours.ratio(\.cpu, to: wideFloor)),
      Row(measure: "  wall of the floor", unit: "s", series: floor.series(\.wall)),
      Row(measure: "  wall of portcullis run", unit: "s", series: ours.series(\.wall)),
      Row(measure: "  CPU of the floor", unit: "s", series: floor.series(\.cpu)),
      Row(measure: "  CPU of portcullis run", unit: "s", series: ours.series(\.cpu)),
      Row(measure: "  cases a second", unit: "", series: Series(ours.map { Double(count) / $0.wall })),
      Row(
        measure: "store against response bodies and case lines (\(raw / count) bytes a case)", unit: "×",
        series: Series([Double(stored) / Double(raw)]),
        target: .atMost(1.3)),
    ]
  }

  /// How close a slow server comes to being all that is waited for; the floor beside it shows what the machine allows.
  func scheduling(_ folder: Folder) throws -> [Row] {
    let server = try ModelServer(delay: 200, in: folder)
    defer { server.stop() }
    var rows: [Row] = []
    for (count, width, target) in [(2_000, 100, 0.97), (10_000, 1_000, 0.93)] {
      let cases = try folder.jsonLines(count)
      let ideal = Double(count) / Double(width) * 0.2
      var floor: [Double] = []
      var ours: [Double] = []
      for _ in 0..<3 {
        floor.append(ideal / (try server.floor(count, concurrency: width, in: folder)).wall)
        ours.append(ideal / (try run(cases, at: server, concurrency: width, in: folder)).wall)
      }
      rows.append(
        Row(measure: "200 ms answers, \(count) cases at \(width): ideal / wall", unit: "", series: Series(ours), target: .atLeast(target)))
      rows.append(Row(measure: "  the floor", unit: "", series: Series(floor)))
    }
    return rows
  }

  /// Peak memory by the number of cases: flat, since nothing per case stays.
  func memory(_ folder: Folder, counts: [Int]) throws -> [Row] {
    let server = try ModelServer(delay: 0, in: folder)
    defer { server.stop() }
    let limits = [1_000: 60.0, 100_000: 80, 1_000_000: 100]
    return try counts.flatMap { count in
      let cases = try folder.jsonLines(count)
      defer { folder.remove(cases) }
      let costs = try (0..<(count > 100_000 ? 1 : 3)).map { _ in try run(cases, at: server, concurrency: 64, in: folder) }
      return [
        Row(measure: "peak memory of \(count) cases", unit: "MB", series: costs.series(\.peak), target: limits[count].map { .atMost($0) }),
        Row(measure: "  wall", unit: "s", series: costs.series(\.wall)), Row(measure: "  CPU", unit: "s", series: costs.series(\.cpu)),
      ]
    }
  }

  /// A finished gate of 100,000 cases in two arms, decided again from its records.
  func resume(_ folder: Folder) throws -> [Row] {
    let server = try ModelServer(delay: 0, in: folder)
    defer { server.stop() }
    let store = folder.path("gate")
    defer { folder.remove(store) }
    let gate = [
      "gate", "-e", try folder.jsonLines(100_000), "--candidate", server.target, "--production", server.target, "-q", "--compact",
      "--store", store,
    ]
    let first = [try call(gate + ["--concurrency", "64"], in: folder)]
    let again = try (0..<rounds).map { _ in try call(gate + ["--run", "latest"], in: folder) }
    return [
      Row(measure: "gate of 100,000 cases in two arms", unit: "s", series: first.series(\.wall)),
      Row(measure: "  peak memory", unit: "MB", series: first.series(\.peak), target: .atMost(80)),
      Row(measure: "  verdict again from the records", unit: "s", series: again.series(\.wall), target: .atMost(2)),
      Row(measure: "  its CPU", unit: "s", series: again.series(\.cpu)),
      Row(measure: "  its peak memory", unit: "MB", series: again.series(\.peak), target: .atMost(80)),
    ]
  }

  func validation(_ folder: Folder) throws -> [Row] {
    let files = [("10,000 YAML", try folder.yaml(10_000)), ("100,000 JSON Lines", try folder.jsonLines(100_000))]
    return try files.flatMap { name, path in
      let costs = try (0..<rounds).map { _ in try call(["validate", "-e", path], in: folder) }
      return [
        Row(measure: "validate \(name) cases", unit: "s", series: costs.series(\.wall), target: .atMost(1)),
        Row(measure: "  peak memory", unit: "MB", series: costs.series(\.peak)),
      ]
    }
  }
}
