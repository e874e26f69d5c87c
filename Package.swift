// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),  // per target: the packages are left alone
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func room(_ name: String, _ needs: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: needs, swiftSettings: strict)
}

func tests(_ name: String, _ needs: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: needs, exclude: exclude, swiftSettings: strict)
}

let numerics: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let grdb: [Target.Dependency] = [.product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift")]
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let http: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  // Modules whose members the server names (MemberImportVisibility).
  .product(name: "HTTPTypes", package: "swift-http-types"),
  .product(name: "Logging", package: "swift-log"),
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]

let package = Package(
  name: "portcullis",
  products: [.executable(name: "portcullis", targets: ["portcullis"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Debian's C libraries: libssl-dev, libcurl4-openssl-dev, libyaml-dev, libpcre2-dev.
    .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CYAML", linkerSettings: [.linkedLibrary("yaml")]),
    .target(name: "CPCRE2", linkerSettings: [.linkedLibrary("pcre2-8")]),

    // The rooms, DESIGN §3: each imports only what stands here; ArchitectureTests hold the same table.
    room("PortcullisStatistics", [numerics]),
    room("PortcullisCore", ["CCrypto"]),
    room("PortcullisCalculator", ["PortcullisCore", "PortcullisStatistics"]),
    room("PortcullisChecks", ["PortcullisCore", "CPCRE2"]),
    room("PortcullisGate", ["PortcullisCore", "PortcullisStatistics"]),
    room("PortcullisFormats", ["PortcullisCore", "PortcullisChecks", "PortcullisGate", "CYAML"]),
    room("PortcullisModels", ["PortcullisCore", "CCurl"]),
    room("PortcullisStore", ["PortcullisCore", "PortcullisGate"] + grdb),
    room("PortcullisRunner", ["PortcullisCore", "PortcullisChecks", "PortcullisGate"]),
    room("PortcullisReports", ["PortcullisCore", "PortcullisGate"]),
    room("PortcullisServer", ["PortcullisCore"] + http),
    .executableTarget(
      name: "portcullis",
      dependencies: [
        "PortcullisCore", "PortcullisStatistics", "PortcullisCalculator", "PortcullisChecks", "PortcullisGate", "PortcullisFormats",
        "PortcullisModels", "PortcullisStore", "PortcullisRunner",
        "PortcullisReports", "PortcullisServer", arguments,
      ], swiftSettings: strict),

    tests("PortcullisStatisticsTests", ["PortcullisStatistics", numerics]),
    tests("PortcullisCalculatorTests", ["PortcullisCalculator", "PortcullisCore", "PortcullisStatistics"]),
    tests("PortcullisCoreTests", ["PortcullisCore"]),
    tests("PortcullisChecksTests", ["PortcullisChecks", "PortcullisCore"]),
    tests("PortcullisGateTests", ["PortcullisGate", "PortcullisCore", "PortcullisStatistics"]),
    tests("PortcullisFormatsTests", ["PortcullisFormats", "PortcullisCore", "PortcullisChecks", "PortcullisGate"]),
    tests("PortcullisModelsTests", ["PortcullisModels", "PortcullisCore"], exclude: ["Recordings"]),
    tests("PortcullisStoreTests", ["PortcullisStore", "PortcullisCore", "PortcullisGate"] + grdb),
    tests("PortcullisRunnerTests", ["PortcullisRunner", "PortcullisCore", "PortcullisChecks", "PortcullisGate"]),
    tests("PortcullisReportsTests", ["PortcullisReports", "PortcullisCore", "PortcullisGate"], exclude: ["__Snapshots__"]),
    tests("PortcullisServerTests", ["PortcullisServer", "PortcullisCore"]),
    tests("ArchitectureTests", []),
    tests("EndToEndTests", ["portcullis", "PortcullisCore", "PortcullisGate", "PortcullisStore"], exclude: ["__Snapshots__"]),

    // scripts/bench: ratios taken in one run against a model server and a libcurl loop in C.
    .target(name: "CBench", path: "Tests/Benchmarks/CBench", linkerSettings: [.linkedLibrary("curl")]),
    .executableTarget(name: "Benchmarks", dependencies: ["CBench"], path: "Tests/Benchmarks/Benchmarks", swiftSettings: strict),
    // scripts/simulate: the error rates of the gates, measured through the built command.
    .executableTarget(name: "Simulation", path: "Tests/Benchmarks/Simulation", swiftSettings: strict),
  ]
)
