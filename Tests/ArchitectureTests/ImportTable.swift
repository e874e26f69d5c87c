/// Which modules each room may import besides the standard library: DESIGN §3, as data.
let importTable: [String: Set<String>] = [
  "PortcullisStatistics": ["RealModule"],
  "PortcullisCore": ["CCrypto"],
  // The statistics as a calculator: names, inputs and the stream of `portcullis stats`.
  "PortcullisCalculator": ["PortcullisCore", "PortcullisStatistics"],
  "PortcullisChecks": ["PortcullisCore", "CPCRE2"],
  "PortcullisGate": ["PortcullisCore", "PortcullisStatistics"],
  "PortcullisFormats": ["PortcullisCore", "PortcullisChecks", "PortcullisGate", "CYAML"],
  "PortcullisModels": ["PortcullisCore", "CCurl"],
  // GRDBSQLite is GRDB's own name for the SQLite it links.
  "PortcullisStore": ["PortcullisCore", "PortcullisGate", "GRDB", "GRDBSQLite"],
  "PortcullisRunner": ["PortcullisCore", "PortcullisChecks", "PortcullisGate"],
  "PortcullisReports": ["PortcullisCore", "PortcullisGate"],
  "PortcullisServer": [
    "PortcullisCore", "PortcullisGate", "PortcullisReports", "PortcullisStore", "Hummingbird", "HTTPTypes", "Logging", "NIOCore",
    "ServiceLifecycle",
    "UnixSignals",
  ],
  "portcullis": [
    "PortcullisCore", "PortcullisStatistics", "PortcullisCalculator", "PortcullisChecks", "PortcullisGate", "PortcullisFormats",
    "PortcullisModels",
    "PortcullisStore",
    "PortcullisRunner", "PortcullisReports", "PortcullisServer", "ArgumentParser",
  ],
]

/// Modules of the platform, for the rooms that touch it.
let platform: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"]

/// Rooms that are pure: no platform module (the standard library alone), and none of the words below.
let pureRooms: Set<String> = [
  "PortcullisCore", "PortcullisChecks", "PortcullisGate", "PortcullisStatistics", "PortcullisCalculator",
]

/// What a pure room may not say, and what to do instead.
let impureWords: [(pattern: String, remedy: String)] = [
  (#"\b(async|await)\b"#, "do it in PortcullisRunner; Core is synchronous"),
  (#"\b(ContinuousClock|SuspendingClock|Date)\b"#, "pass the time in"),
  (#"\bSystemRandomNumberGenerator\b|\.random\(in: [^,)]*\)|\.randomElement\(\)|\.shuffled\(\)"#, "pass a seeded generator in"),
  (#"\b(FileManager|fopen|FileHandle)\b"#, "read the file in PortcullisFormats and pass the value in"),
  (#"\b(print|debugPrint|dump)\("#, "return the text and let a report print it"),
  (#"@unchecked|nonisolated\(unsafe\)"#, "use a value type"),
]

/// Seams that are `async` by design.
let asyncSeams: Set<String> = ["PortcullisCore/ModelClient.swift"]
