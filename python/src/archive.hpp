// Archive: an Analysis as bytes, for pickle alone; not a file format. The bytes start
// with the library's version and are refused by any other. Who the recording is of is
// left out. Truncated or foreign bytes give InputError, never a wild read.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/version.hpp"

namespace fascikit::python {

class Writer {
public:
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void operator()(const T& value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void operator()(const std::string& text) {
        (*this)(static_cast<std::uint64_t>(text.size()));
        bytes_ += text;
    }
    template <class T>
    void operator()(const std::vector<T>& list);
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

class Reader {
public:
    explicit Reader(const std::string& bytes) : bytes_(bytes) {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    void operator()(T& value) {
        take(&value, sizeof value);
    }
    void operator()(std::string& text) {
        text.resize(count(1));
        take(text.data(), text.size());
    }
    template <class T>
    void operator()(std::vector<T>& list);
    [[nodiscard]] bool done() const noexcept { return at_ == bytes_.size(); }

private:
    void take(void* to, std::size_t size) {
        if (size > bytes_.size() - at_)
            core::fail_input("pickled analysis ends at byte " + std::to_string(bytes_.size()) + ", inside a value");
        std::memcpy(to, bytes_.data() + at_, size);
        at_ += size;
    }
    /// A number of items that the bytes left can hold.
    std::size_t count(std::size_t least_size) {
        std::uint64_t n = 0;
        (*this)(n);
        if (n > (bytes_.size() - at_) / least_size)
            core::fail_input("pickled analysis promises more than it holds at byte " + std::to_string(at_));
        return static_cast<std::size_t>(n);
    }

    const std::string& bytes_;
    std::size_t at_ = 0;
};

template <class A, class T>
void put(A& archive, T& value) {
    archive(value);
}
template <class A>
void put(A& a, ChannelInfo& c) {
    a(c.label), a(c.unit), a(c.rail_low_uv), a(c.rail_high_uv), a(c.transducer), a(c.prefiltering);
}
template <class A>
void put(A& a, SkippedChannel& s) {
    a(s.label), a(s.reason);
}
template <class A>
void put(A& a, Site& s) {
    a(s.name), a(s.channels), a(s.rows), a(s.columns), a(s.pitch_mm), a(s.muscle), a(s.side);
}
template <class A>
void put(A& a, Annotation& n) {
    a(n.onset_s), a(n.duration_s), a(n.text);
}
template <class A>
void put(A& a, RecordingInfo& r) {
    a(r.path), a(r.format), a(r.sampling_rate_hz), a(r.frames), a(r.start_time), a(r.channels), a(r.skipped);
    a(r.sites), a(r.gaps), a(r.annotations), a(r.sha256), a(r.warnings);
}
template <class A>
void put(A& a, SiteSummary& s) {
    a(s.name), a(s.muscle), a(s.side), a(s.channels);
    a(s.minutes_recorded), a(s.minutes_usable), a(s.minutes_masked), a(s.minutes_voluntary);
    a(s.fasciculations_before_gate), a(s.fasciculations), a(s.isolated), a(s.continual), a(s.other);
    a(s.doublets), a(s.f_wave_pairs), a(s.interval_s), a(s.amplitude_uv), a(s.noise_uv), a(s.threshold_snr);
    a(s.label_counts), a(s.masked);
}
template <class A>
void put(A& a, Analysis& r) {
    a(r.version), a(r.cpu_path), a(r.calibrated_on), a(r.options);
    put(a, r.recording);
    a(r.events), a(r.bursts), a(r.units), a(r.segments), a(r.sites), a(r.coincidences), a(r.first_pass);
}

template <class T>
void Writer::operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint64_t>(list.size()));
    for (const T& item : list) put(*this, const_cast<T&>(item));   // put only reads here
}
template <class T>
void Reader::operator()(std::vector<T>& list) {
    // Strings are at least their length, so eight bytes.
    list.clear();
    list.resize(count(std::is_trivially_copyable_v<T> ? sizeof(T) : 8));
    for (T& item : list) put(*this, item);
}

/// Changes whenever the library or the layout of a record does.
inline std::string archive_stamp() {
    return std::string("fascikit ") + FASCIKIT_VERSION_STRING + " " + std::to_string(sizeof(Event)) + " " +
           std::to_string(sizeof(Burst)) + " " + std::to_string(sizeof(Unit)) + " " + std::to_string(sizeof(SiteSummary));
}

[[nodiscard]] inline std::string to_bytes(const Analysis& analysis) {
    Writer writer;
    writer(archive_stamp());
    Analysis copy = analysis;
    put(writer, copy);
    return writer.bytes();
}

[[nodiscard]] inline Analysis from_bytes(const std::string& bytes) {
    Reader reader(bytes);
    std::string stamp;
    reader(stamp);
    if (stamp != archive_stamp())
        core::fail_input("this analysis was pickled by '" + stamp.substr(0, 80) + "', this is '" + archive_stamp() + "'");
    Analysis analysis;
    put(reader, analysis);
    if (!reader.done()) core::fail_input("pickled analysis has bytes left over");
    return analysis;
}

}  // namespace fascikit::python
