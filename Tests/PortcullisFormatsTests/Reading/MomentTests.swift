import Testing

@testable import PortcullisFormats

/// Seconds since 1970 by `date -u -d TEXT +%s` (GNU coreutils).
@Test(arguments: [
  ("1970-01-01T00:00:00Z", 0), ("2026-09-16T13:40:00Z", 1_789_566_000), ("2000-02-29T23:59:59Z", 951_868_799),
  ("2026-09-16T13:40:00+02:00", 1_789_558_800), ("2026-09-16t13:40:00-05:30", 1_789_585_800), ("1969-12-31T23:59:59Z", -1),
  ("2024-12-31T23:59:60Z", 1_735_689_600),
])
func momentsAreSecondsSince1970(text: String, seconds: Int) {
  #expect(moment(text) == seconds * 1_000_000)
}

@Test func fractionsAreKeptToTheMicrosecond() {
  #expect(moment("1970-01-01T00:00:00.5Z") == 500_000)
  #expect(moment("1970-01-01T00:00:00.123456789Z") == 123_456)
}

@Test(arguments: [
  "2026-09-16", "2026-09-16T13:40:00", "2026-02-30T00:00:00Z", "2026-09-16T25:00:00Z", "13:40", "2026-09-16T13:40:00Zx", "", "9",
  "2026-09-16T13:40:00.Z", "２026-09-16T13:40:00Z",
])
func whatIsNoMomentIsNone(text: String) {
  #expect(moment(text) == nil)
}
