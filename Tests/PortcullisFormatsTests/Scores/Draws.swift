/// A small seeded generator, SplitMix64: a failing case is named by its seed.
struct Draws {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

  mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

  /// The same bytes with a few of them changed, dropped, doubled or swapped for ones that mean something.
  mutating func mutated(_ bytes: [UInt8], alphabet: String) -> [UInt8] {
    var bytes = bytes
    let letters = Array(alphabet.utf8) + [0x00, 0x0D, 0x80, 0xC3, 0xE2, 0xFF]
    for _ in 0..<below(4) {
      let place = below(bytes.count + 1)
      switch below(4) {
      case 0 where place < bytes.count: bytes[place] = one(of: letters)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2 where place < bytes.count: bytes.insert(bytes[place], at: place)
      default: bytes.insert(one(of: letters), at: place)
      }
    }
    return bytes
  }
}
