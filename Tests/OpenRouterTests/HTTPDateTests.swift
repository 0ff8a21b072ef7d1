import Testing

@testable import OpenRouter

@Suite struct HTTPDateTests {
    @Test(
        "a date is understood in each of the three forms",
        arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func forms(_ text: String) {
        #expect(HTTPDate.parse(text, currentYear: 2026) == 784_111_777)
    }

    @Test("leap days and the turns of centuries are counted")
    func calendar() {
        #expect(HTTPDate.parse("Thu, 01 Jan 1970 00:00:00 GMT", currentYear: 2026) == 0)
        #expect(HTTPDate.parse("Tue, 29 Feb 2000 00:00:00 GMT", currentYear: 2026) == 951_782_400)
        #expect(HTTPDate.parse("Fri, 31 Dec 2027 23:59:59 GMT", currentYear: 2026) == 1_830_297_599)
    }

    @Test("a year of two digits lies no more than 50 years ahead")
    func twoDigits() {
        #expect(HTTPDate.parse("Friday, 01-Jan-76 00:00:00 GMT", currentYear: 2026) == 3_345_062_400)
        #expect(HTTPDate.parse("Saturday, 01-Jan-77 00:00:00 GMT", currentYear: 2026) == 220_924_800)
    }

    @Test(
        "what is no date is none",
        arguments: [
            "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nob 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 6 Nov 19x4 08:49:37 GMT", "Sun, 06 Nov 1994 +8:49:37 GMT",
        ])
    func nonsense(_ text: String) {
        #expect(HTTPDate.parse(text, currentYear: 2026) == nil)
    }
}
