// The whole path: Stream and analyze, their contracts, and what users do to them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <vector>

#include "fascikit/fascikit.hpp"
#include "signals.hpp"

using namespace fascikit;

// Every allocation of this program is counted; `process` must add none.
namespace {
thread_local std::int64_t allocations = 0;
}
// Not inlined: the compiler would see malloc meet delete and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size ? size : 1)) return p;
    throw std::bad_alloc();
}
// The library's own algorithms take their buffers by the form that does not throw.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size ? size : 1);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

/// Rest with potentials, a doublet, a contraction, hum, a NaN stretch and a step of noise.
signals::Planar busy(double rate = 2048, std::int64_t channels = 3) {
    signals::Planar x(static_cast<std::int64_t>(30 * rate), channels, rate);
    signals::add_noise(x, 5.0, 21);
    for (std::int64_t c = 0; c < channels; ++c) {
        // Without rhythm: 0.35 s to 3 s apart.
        double at = 1.2;
        for (int i = 0; i < 20; ++i) {
            signals::add_potential(x, c, at, 60 + 20 * (i % 5));
            at += 0.35 + 0.9 * (i % 3) + 0.07 * static_cast<double>((5 * i + 3 * c) % 7);
        }
        signals::add_potential(x, c, 29.0, 250);
        signals::add_potential(x, c, 29.030, 240);
        for (std::int64_t i = 0; i < x.frames; ++i)
            x.channel(c)[i] += static_cast<float>(20 * std::sin(2 * std::numbers::pi * 50 * static_cast<double>(i) / rate) + 3000);
    }
    signals::add_contraction(x, 0, 10, 11.5, 150, 22);
    for (std::int64_t i = 0; i < 100 && channels > 1; ++i)
        x.channel(1)[static_cast<std::int64_t>(15 * rate) + i] = std::numeric_limits<float>::quiet_NaN();
    return x;
}

StreamOptions options_of(const signals::Planar& x) {
    StreamOptions o;
    o.sampling_rate_hz = x.rate_hz;
    o.channels = static_cast<int>(x.channels);
    return o;
}

using Found = analysis::GrowingSink;

bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }

void expect_same(const Event& a, const Event& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.onset_sample, b.onset_sample);
    EXPECT_EQ(a.end_sample, b.end_sample);
    EXPECT_EQ(a.peak_sample, b.peak_sample);
    EXPECT_EQ(a.site, b.site);
    EXPECT_EQ(a.channel, b.channel);
    EXPECT_TRUE(same(a.amplitude_uv, b.amplitude_uv));
    EXPECT_TRUE(same(a.snr, b.snr));
    EXPECT_TRUE(same(a.probability, b.probability));
}
void expect_same(const Segment& a, const Segment& b) {
    EXPECT_EQ(a.onset_sample, b.onset_sample);
    EXPECT_EQ(a.end_sample, b.end_sample);
    EXPECT_EQ(a.site, b.site);
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.reason, b.reason);
}
void expect_same(const Burst& a, const Burst& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.onset_sample, b.onset_sample);
    EXPECT_EQ(a.end_sample, b.end_sample);
    EXPECT_EQ(a.label, b.label);
    EXPECT_EQ(a.unit, b.unit);
    EXPECT_EQ(a.n_discharges, b.n_discharges);
    EXPECT_EQ(std::memcmp(&a.features, &b.features, sizeof a.features), 0);
    EXPECT_EQ(a.probabilities, b.probabilities);
}
template <class List>
void expect_same_lists(const List& a, const List& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}
void expect_same(const Found& a, const Found& b) {
    expect_same_lists(a.events, b.events);
    expect_same_lists(a.segments, b.segments);
    expect_same_lists(a.bursts, b.bursts);
    EXPECT_EQ(a.ids, b.ids);
}

/// `cut(i)` frames at a time.
template <class Cut>
Found streamed(const signals::Planar& x, Cut cut) {
    Stream<float> live(options_of(x));
    Found found;
    std::int64_t at = 0;
    for (std::int64_t i = 0; at < x.frames; ++i) {
        const std::int64_t n = std::min<std::int64_t>(cut(i), x.frames - at);
        EXPECT_EQ(live.process(planar(x.data.data() + at, n, x.channels, x.frames), at, found), Status::ok);
        at += n;
    }
    live.flush(found);
    return found;
}

}  // namespace

TEST(Stream, CuttingDoesNotMatterBitForBit) {
    for (const double rate : {1000.0, 2048.0}) {
        const auto x = busy(rate);
        const Found whole = streamed(x, [&](std::int64_t) { return x.frames; });
        ASSERT_GT(whole.events.size(), 40U);
        ASSERT_GT(whole.bursts.size(), 20U);
        const std::int64_t tile = Stream<float>(options_of(x)).timing().tile;
        const std::vector<std::int64_t> sizes{0, 1, tile - 1, tile, tile + 1};
        expect_same(streamed(x, [&](std::int64_t i) { return sizes[static_cast<std::size_t>(i) % sizes.size()]; }), whole);
        std::mt19937 engine(31);
        for (int round = 0; round < 4; ++round) {
            std::uniform_int_distribution<std::int64_t> any(0, round < 2 ? 60 : 3000);
            expect_same(streamed(x, [&](std::int64_t) { return any(engine); }), whole);
        }
    }
}

TEST(Stream, LayoutDoesNotMatterAndDoubleIsTaken) {
    const auto x = busy();
    const Found whole = streamed(x, [&](std::int64_t) { return 512; });
    std::vector<float> frames(x.data.size());
    std::vector<double> wide(x.data.size());
    for (std::int64_t f = 0; f < x.frames; ++f)
        for (std::int64_t c = 0; c < x.channels; ++c)
            wide[static_cast<std::size_t>(f * x.channels + c)] = frames[static_cast<std::size_t>(f * x.channels + c)] = x.channel(c)[f];
    Stream<float> live(options_of(x));
    Found found;
    live.process(interleaved(static_cast<const float*>(frames.data()), x.frames, x.channels), 0, found);
    live.flush(found);
    expect_same(found, whole);
    live.reset();
    Found again;
    live.process(interleaved(wide.data(), x.frames, x.channels), 0, again);
    live.flush(again);
    expect_same(again, whole);      // the values are floats: nothing is lost in double
}

TEST(Stream, EqualsTheFirstPassOfAnalyze) {
    const auto x = busy();
    const Found live = streamed(x, [](std::int64_t) { return 333; });
    const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), x.rate_hz), {.passes = 1});
    expect_same_lists(result.events, live.events);
    expect_same_lists(result.segments, live.segments);
    expect_same_lists(result.bursts, live.bursts);
    for (std::size_t i = 0; i < live.ids.size(); ++i)
        for (const std::int64_t id : live.ids[i]) EXPECT_EQ(result.events[static_cast<std::size_t>(id)].burst, live.bursts[i].id);
    const auto both = analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), x.rate_hz));
    expect_same_lists(both.first_pass, live.events);
}

TEST(Stream, ProcessAllocatesNothing) {
    const auto x = busy(2048, 8);
    Stream<float> live(options_of(x));
    FixedSink sink(4096);
    std::mt19937 engine(3);
    std::int64_t at = 0;
    const std::int64_t before = allocations;
    while (at < x.frames) {
        const std::int64_t n = std::min<std::int64_t>(static_cast<std::int64_t>(engine() % 500), x.frames - at);
        live.process(planar(x.data.data() + at, n, x.channels, x.frames), at, sink);
        at += n;
    }
    live.flush(sink);
    live.reset();
    EXPECT_EQ(allocations, before);
    EXPECT_GT(sink.events().size(), 100U);
    static_assert(noexcept(live.process(planar(x.data.data(), 1, 8), 0, sink)));
    static_assert(noexcept(live.flush(sink)));
}

TEST(Stream, OutputsComeWithinTheirLatency) {
    const auto x = busy();
    Stream<float> live(options_of(x));
    const Latency latency = live.latency();
    EXPECT_LE(latency.events_s, 0.060);
    EXPECT_LE(latency.segments_s, 1.0);
    FixedSink sink(4096);
    for (std::int64_t at = 0; at + 8 <= x.frames; at += 8) {
        sink.clear();
        live.process(planar(x.data.data() + at, 8, x.channels, x.frames), at, sink);
        const double now = static_cast<double>(at + 8) / x.rate_hz;
        for (const Event& e : sink.events())
            EXPECT_LE(now - static_cast<double>(e.onset_sample) / x.rate_hz, latency.events_s + 8 / x.rate_hz);
        for (const Segment& s : sink.segments())
            EXPECT_LE(now - static_cast<double>(s.end_sample) / x.rate_hz, latency.segments_s + 8 / x.rate_hz);
        for (const Burst& b : sink.bursts())
            EXPECT_LE(now - static_cast<double>(b.end_sample) / x.rate_hz, latency.bursts_s + 0.1);
    }
}

TEST(Stream, AJumpForwardIsAGapAndBackwardAnError) {
    const auto x = busy(2048, 1);
    Stream<float> live(options_of(x));
    Found found;
    const auto part = [&](std::int64_t first, std::int64_t n) { return planar(x.data.data() + first, n, x.channels, x.frames); };
    EXPECT_EQ(live.process(part(0, 10000), 0, found), Status::ok);
    EXPECT_EQ(live.process(part(0, 100), 5000, found), Status::first_sample_went_back);
    EXPECT_EQ(live.process(part(20000, 20000), 20000, found), Status::ok);
    EXPECT_EQ(live.process(interleaved(x.data.data(), 10, 2), 40000, found), Status::wrong_channel_count);
    // A gap of days is one step, not days of work.
    EXPECT_EQ(live.process(part(40000, 20000), std::int64_t{1} << 50, found), Status::ok);
    live.flush(found);
    double gap = 0;
    for (const Segment& s : found.segments)
        if (s.reason == Reason::gap && s.onset_sample < 40000) gap += static_cast<double>(s.end_sample - s.onset_sample);
    EXPECT_GE(gap, 10000.0);
    for (const Event& e : found.events) EXPECT_FALSE(e.peak_sample > 10000 && e.peak_sample < 20000);
}

TEST(Stream, AfterResetAndAsACopyItIsAsNew) {
    // Before: a contraction. After: the second channel of the site is bad for 15 s.
    const auto earlier = busy(2048, 2);
    auto x = busy(2048, 2);
    for (std::int64_t i = 0; i < x.frames / 2; ++i) x.channel(1)[i] = std::numeric_limits<float>::quiet_NaN();
    StreamOptions options = options_of(x);
    options.sites.emplace_back();
    options.sites[0].channels = {0, 1};
    const auto all_of = [](Stream<float>& live, const signals::Planar& signal) {
        Found found;
        live.process(planar(signal.data.data(), signal.frames, signal.channels), 0, found);
        live.flush(found);
        return found;
    };
    Stream<float> fresh(options);
    const Found wanted = all_of(fresh, x);
    ASSERT_GT(wanted.events.size(), 20U);
    Stream<float> used(options);
    all_of(used, earlier);
    used.reset();
    Stream<float> copy(used);
    expect_same(all_of(used, x), wanted);
    FixedSink original(4096);
    FixedSink sink(original);         // a copy has the same room
    const std::int64_t before = allocations;
    copy.process(planar(x.data.data(), x.frames, x.channels), 0, sink);
    copy.flush(sink);
    EXPECT_EQ(allocations, before);
    ASSERT_EQ(sink.bursts().size(), wanted.bursts.size());
    for (std::size_t i = 0; i < wanted.bursts.size(); ++i) {
        expect_same(sink.bursts()[i], wanted.bursts[i]);
        EXPECT_EQ(sink.events_of(i).size(), wanted.ids[i].size());
    }
}

TEST(Stream, ARefusedFirstBlockChangesNothing) {
    const auto x = busy(2048, 1);
    for (const std::int64_t wrong : {std::int64_t{-5}, std::int64_t{1} << 62}) {
        Stream<float> live(options_of(x));
        Found found;
        EXPECT_EQ(live.process(planar(x.data.data(), 100, 1, x.frames), wrong, found), Status::first_sample_went_back);
        // The recording begins where the first block that is taken begins.
        EXPECT_EQ(live.process(planar(x.data.data(), 100, 1, x.frames), 50000, found), Status::ok);
        live.flush(found);
        ASSERT_FALSE(found.segments.empty());
        EXPECT_GE(found.segments[0].onset_sample, 50000 - live.timing().tile);
    }
}

TEST(Stream, ARailIsSeenWhateverTheOffset) {
    // 3276.7 is no float: the samples lie just below it.
    signals::Planar x(2048 * 10, 1, 2048);
    signals::add_noise(x, 5, 1);
    for (std::int64_t i = 0; i < 2048 * 3; ++i) x.data[static_cast<std::size_t>(i)] = i % 50 ? 3276.7F : 3275.0F;
    StreamOptions options = options_of(x);
    options.rail_low_uv = {-3276.8};
    options.rail_high_uv = {3276.7};
    Stream<float> live(options);
    Found found;
    live.process(planar(x.data.data(), x.frames, 1), 0, found);
    live.flush(found);
    ASSERT_FALSE(found.segments.empty());
    EXPECT_EQ(found.segments[0].reason, Reason::clipped);
    // Until the filter has settled and half a second of noise was heard.
    EXPECT_EQ(found.segments[0].end_sample, 2048 * 3 + 1024);
}

TEST(Stream, AFullSinkIsToldAndNothingCrashes) {
    const auto x = busy();
    Stream<float> live(options_of(x));
    FixedSink sink(4);
    bool told = false;
    for (std::int64_t at = 0; at < x.frames; at += 4096) {
        const std::int64_t n = std::min<std::int64_t>(4096, x.frames - at);
        told = live.process(planar(x.data.data() + at, n, x.channels, x.frames), at, sink) == Status::sink_overflow || told;
        if (at > x.frames / 2) sink.clear();
    }
    EXPECT_TRUE(told);
    sink.clear();
    Stream<float> other(options_of(x));
    FixedSink tiny(1);
    for (int round = 0; round < 2; ++round) other.process(planar(x.data.data(), x.frames / 2, x.channels, x.frames), round * (x.frames / 2), tiny);
    tiny.clear();
    other.process(planar(x.data.data(), 0, x.channels, x.frames), other.next_sample(), tiny);
    ASSERT_EQ(tiny.segments().size(), 1U);
    EXPECT_EQ(tiny.segments()[0].reason, Reason::overflow);
}

TEST(Stream, ADelayOfTheSignalDelaysTheResult) {
    // Shift by whole hops of the noise level, so that both see the same tiles.
    const auto x = busy(2048, 1);
    const std::int64_t shift = 2048 * 8;
    signals::Planar later(x.frames + shift, 1, 2048);
    signals::add_noise(later, 5.0, 99);
    for (std::int64_t i = 0; i < x.frames; ++i) later.data[static_cast<std::size_t>(i + shift)] = x.data[static_cast<std::size_t>(i)];
    for (std::int64_t i = 0; i < shift; ++i) later.data[static_cast<std::size_t>(i)] += 3000.0F;
    const auto a = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048));
    const auto b = analyze(ArraySource<float>(planar(later.data.data(), later.frames, 1), 2048));
    std::size_t found = 0;
    for (const Event& e : a.events)
        for (const Event& f : b.events) found += std::abs(f.peak_sample - shift - e.peak_sample) <= 1;
    // The noise before it differs, so a weak event of the contraction may.
    EXPECT_GE(static_cast<double>(found), 0.97 * static_cast<double>(a.events.size()));
}

TEST(Analyze, NamesWhatIsInTheRecording) {
    const auto x = busy();
    const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), x.rate_hz));
    EXPECT_EQ(result.options.mains, Mains::hz50);
    int voluntary = 0;
    int fasciculations = 0;
    for (const Burst& b : result.bursts) {
        if (b.site == 0 && b.label == Label::voluntary && b.onset_s < 11.5 && b.onset_s + b.duration_s > 10) ++voluntary;
        if (b.site == 2 && b.label == Label::fasciculation_potential) ++fasciculations;
        if (b.site == 2 && std::abs(b.onset_s - 29.0) < 0.02) {
            EXPECT_EQ(b.label, Label::fasciculation_multiplet) << why(b);
        }
    }
    EXPECT_EQ(voluntary, 1);
    EXPECT_GE(fasciculations, 18);
    EXPECT_LE(fasciculations, 21);
    EXPECT_NEAR(result.sites[0].minutes_voluntary * 60, 1.5, 0.3);
    EXPECT_EQ(result.sites[2].minutes_voluntary, 0.0);
    for (const Event& e : result.events) {
        ASSERT_GE(e.burst, 0);
        EXPECT_EQ(result.bursts[static_cast<std::size_t>(e.burst)].site, e.site);
    }
    std::int64_t discharges = 0;
    for (const Burst& b : result.bursts) discharges += b.n_discharges;
    EXPECT_EQ(discharges, static_cast<std::int64_t>(result.events.size()));
    EXPECT_GT(result.sites[2].fasciculations.per_min, result.sites[2].fasciculations.low_per_min);
    EXPECT_LT(result.sites[2].fasciculations.per_min, result.sites[2].fasciculations.high_per_min);
}

TEST(Analyze, RefusesWhatCannotBeUsedInOneLine) {
    const auto message = [](const signals::Planar& x, double rate, AnalyzeOptions options = {}) -> std::string {
        try {
            (void)analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), rate), options);
        } catch (const std::exception& e) {
            return e.what();
        }
        return "";
    };
    signals::Planar x(2048 * 10, 1, 2048);
    signals::add_noise(x, 5, 1);
    EXPECT_EQ(message(x, 2048), "");
    EXPECT_NE(message(x, 0).find("sampling rate 0 Hz: allowed is"), std::string::npos);
    EXPECT_NE(message(x, NAN).find("sampling rate nan"), std::string::npos);
    EXPECT_NE(message(x, 2048, {.band = {.low_hz = 20, .high_hz = 2000}}).find("half the sampling rate"), std::string::npos);
    EXPECT_NE(message(x, 2048, {.band = {.low_hz = 100, .high_hz = 150}}).find("at least 3 times"), std::string::npos);
    EXPECT_NE(message(x, 2048, {.passes = 0}).find("1 or 2"), std::string::npos);
    signals::Planar none(0, 1, 2048);
    EXPECT_NE(message(none, 2048).find("the recording lasts 0 s"), std::string::npos);
    signals::Planar brief(200, 1, 2048);
    EXPECT_NE(message(brief, 2048).find("are needed for the filter"), std::string::npos);
    signals::Planar empty(2048, 0, 2048);
    EXPECT_NE(message(empty, 2048).find("no channels"), std::string::npos);
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), 0.0F, 7.5F}) {
        for (float& v : x.data) v = value;
        for (const int passes : {1, 2}) {
            const std::string text = message(x, 2048, {.passes = passes});
            EXPECT_NE(text.find("no channel can be used: 'ch1'"), std::string::npos) << text;
            EXPECT_EQ(text.find('\n'), std::string::npos);
        }
    }
}

TEST(Analyze, ALargeOffsetAndItsDriftDoNotMatter) {
    auto x = busy(2048, 1);
    const auto plain = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048));
    std::vector<double> shifted(x.data.begin(), x.data.end());
    for (double& v : shifted) v += 250000.0;             // a BDF electrode offset of 250 mV
    const auto other = analyze(ArraySource<double>(planar(static_cast<const double*>(shifted.data()), x.frames, 1), 2048));
    ASSERT_EQ(plain.events.size(), other.events.size());
    for (std::size_t i = 0; i < plain.events.size(); ++i) {
        EXPECT_EQ(plain.events[i].peak_sample, other.events[i].peak_sample);
        EXPECT_NEAR(plain.events[i].amplitude_uv, other.events[i].amplitude_uv, 0.05);
    }
}

TEST(Analyze, HumIsGoneBehindAMaskedStretch) {
    signals::Planar x(2048 * 40, 1, 2048);
    signals::add_noise(x, 5, 3);
    for (std::int64_t i = 0; i < x.frames; ++i)
        x.data[static_cast<std::size_t>(i)] += static_cast<float>(60 * std::sin(2 * std::numbers::pi * 50 * static_cast<double>(i) / 2048));
    for (const std::int64_t at : {10, 25})
        std::fill_n(x.data.begin() + at * 2048, 3 * 2048, std::numeric_limits<float>::quiet_NaN());
    for (const int passes : {1, 2}) {
        const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048), {.passes = passes});
        EXPECT_EQ(result.options.mains, Mains::hz50);
        EXPECT_LE(result.events.size(), 1U) << passes;
    }
}

TEST(Analyze, SilenceIsNoEvidenceThatTheHumHasGone) {
    // Twenty channels, whose lanes are padded to 32; then all lost for 30 s.
    signals::Planar x(1000 * 110, 20, 1000);
    signals::add_noise(x, 5, 6);
    for (std::int64_t c = 0; c < x.channels; ++c)
        for (std::int64_t i = 0; i < x.frames; ++i)
            x.channel(c)[i] = i >= 70000 && i < 100000 ? std::numeric_limits<float>::quiet_NaN()
                                                       : x.channel(c)[i] + static_cast<float>(40 * std::sin(2 * std::numbers::pi * 0.05 * static_cast<double>(i)));
    for (const int passes : {1, 2}) {
        const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), 1000), {.passes = passes});
        EXPECT_EQ(result.options.mains, Mains::hz50);
        EXPECT_LE(result.events.size(), 5U) << passes;
    }
}

TEST(Analyze, GapsAtBothEndsAreNoUsableTime) {
    signals::Planar x(2048 * 60, 1, 2048);
    signals::add_noise(x, 5, 4);
    RecordingInfo info;
    info.sampling_rate_hz = 2048;
    info.frames = x.frames;
    info.channels.resize(1);
    info.sites = one_site_per_channel(info.channels);
    info.gaps = {{0, 2048 * 20}, {2048 * 50, 2048 * 10}};
    for (const int passes : {1, 2}) {
        const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), info), {.passes = passes});
        EXPECT_NEAR(result.sites[0].minutes_usable * 60, 29.7, 0.3) << passes;
        ASSERT_FALSE(result.sites[0].masked.empty());
        for (const MaskedStretch& m : {result.sites[0].masked.front(), result.sites[0].masked.back()})
            EXPECT_EQ(m.reason, Reason::gap) << passes;
        EXPECT_EQ(result.sites[0].masked.front().onset_s, 0.0);
        EXPECT_EQ(result.sites[0].masked.back().end_s, 60.0);
    }
}

TEST(Analyze, AContractionAfterATonicUnitIsVoluntaryAndNoSlowBuildUp) {
    // The unit's discharges, 100 ms apart, belong to the same activity as the contraction.
    signals::Planar x(2048 * 40, 1, 2048);
    signals::add_noise(x, 4, 34);
    for (double at = 10; at < 22; at += 0.100) signals::add_potential(x, 0, at, 150);
    signals::add_contraction(x, 0, 22, 28, 300, 35);
    for (const int passes : {1, 2}) {
        const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048), {.passes = passes});
        double voluntary_s = 0;
        for (const Segment& s : result.segments)
            if (s.kind == SegmentKind::voluntary)
                voluntary_s += result.seconds(std::max<std::int64_t>(0, std::min<std::int64_t>(s.end_sample, 28 * 2048) - std::max<std::int64_t>(s.onset_sample, 22 * 2048)));
        EXPECT_GT(voluntary_s, 5.0) << passes;
        // Ten a second has a line at 50 Hz, and is no hum: nothing is found between them.
        EXPECT_EQ(result.options.mains, Mains::off);
        std::int64_t before = 0;
        for (const Event& e : result.events) before += result.seconds(e.peak_sample) < 21.95;
        EXPECT_EQ(before, 120);
        for (const Burst& b : result.bursts) {
            EXPECT_LE(b.features.build_up_s, b.features.duration_s + 0.01F);
        }
    }
}

TEST(Analyze, ACableSwingIsAnArtifactAndASegment) {
    // A step of 2 mV that creeps back within 0.3 s, as a pulled cable makes it.
    for (const auto electrode : {Electrode::surface, Electrode::needle}) {
        signals::Planar x(2048 * 30, 1, 2048);
        signals::add_noise(x, 5, 33);
        for (std::int64_t i = 0; i < 2048; ++i)
            x.data[static_cast<std::size_t>(15 * 2048 + i)] += static_cast<float>(2000 * std::exp(-static_cast<double>(i) / 600));
        for (double at = 3; at < 12; at += 2.7) signals::add_potential(x, 0, at, 200);
        for (const int passes : {1, 2}) {
            const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048), {.electrode = electrode, .passes = passes});
            bool told = false;
            for (const Segment& s : result.segments)
                told = told || (s.kind == SegmentKind::artifact && s.reason == Reason::movement &&
                                s.onset_sample < 31000 && s.end_sample > 30500);
            EXPECT_TRUE(told) << to_string(electrode) << passes;
            for (const Burst& b : result.bursts)
                if (std::abs(b.onset_s - 15) < 0.3) {
                    EXPECT_NE(b.label, Label::fasciculation_potential) << why(b);
                }
        }
    }
}

TEST(Analyze, AnImpossibleFirstSampleCostsOnlyItself) {
    auto x = busy(2048, 1);
    const auto plain = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048));
    x.data[0] = 1e10F;
    const auto other = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 1), 2048));
    EXPECT_NEAR(other.sites[0].minutes_usable, plain.sites[0].minutes_usable, 0.5 / 60);
    EXPECT_EQ(other.events.size(), plain.events.size());
}

TEST(Analyze, ProgressIsShownAndCanStop) {
    const auto x = busy();
    const ArraySource<float> source(planar(x.data.data(), x.frames, x.channels), x.rate_hz);
    double last = 0;
    (void)analyze(source, {}, [&](double share) {
        EXPECT_GT(share, last);
        last = share;
        return true;
    });
    EXPECT_EQ(last, 1.0);
    EXPECT_THROW((void)analyze(source, {}, [](double) { return false; }), InputError);
}

TEST(Summary, RatesHaveExactAndWidenedIntervals) {
    std::vector<std::int64_t> samples;
    analysis::Stretches none;
    for (int i = 0; i < 30; ++i) samples.push_back(1000 * i * 20 + 5);   // one every 20 s: as regular as can be
    const Rate regular = analysis::rate_of(samples, none, 600000, 1000);
    EXPECT_NEAR(regular.per_min, 3.0, 1e-9);
    EXPECT_EQ(regular.dispersion, 1.0);
    EXPECT_NEAR(regular.low_per_min, 20.24 / 10, 0.01);                  // Garwood for 30: 20.24 to 42.83
    EXPECT_NEAR(regular.high_per_min, 42.83 / 10, 0.01);
    samples.clear();
    for (int i = 0; i < 30; ++i) samples.push_back(i * 50);              // all in the first 2 s
    const Rate clustered = analysis::rate_of(samples, none, 600000, 1000);
    EXPECT_GT(clustered.dispersion, 10);
    EXPECT_GT(clustered.high_per_min, 2 * regular.high_per_min);
    analysis::Stretches all;
    all.add(0, 600000);
    all.merge();
    EXPECT_TRUE(std::isnan(analysis::rate_of({}, all, 600000, 1000).per_min));
}

TEST(Summary, CountsIntervalsOfEachUnitOnItsOwn) {
    Analysis a;
    a.recording.sampling_rate_hz = 1000;
    a.recording.frames = 60000;
    a.recording.channels.resize(1);
    a.recording.sites = one_site_per_channel(a.recording.channels);
    const auto add = [&](std::int32_t unit, std::initializer_list<std::int64_t> peaks) {
        Unit u;
        u.id = unit;
        a.units.push_back(u);
        for (const std::int64_t peak : peaks) {
            Event e;
            e.peak_sample = peak;
            e.unit = unit;
            a.events.push_back(e);
        }
    };
    add(7, {1000, 1010, 5000, 5035, 9000});     // a doublet, a pair at F-wave distance, one alone
    add(3, {1100, 5200, 5300, 5400, 9010});     // near the others, which does not count
    add(5, {});
    analysis::summarise(a, {{}}, {5.0});
    EXPECT_EQ(a.sites[0].doublets, 1);
    EXPECT_EQ(a.sites[0].f_wave_pairs, 1);
    EXPECT_EQ(a.sites[0].isolated, 3);
    EXPECT_EQ(a.sites[0].continual, 1);
    EXPECT_EQ(a.sites[0].other, 6);
}
