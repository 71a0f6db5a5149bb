// The header of EDF, EDF+, BDF and BDF+ files, and their annotations.
//
// From the published specifications (Kemp et al. 1992, 10.1016/0013-4694(92)90009-7;
// Kemp and Olivan 2003, 10.1016/S1388-2457(03)00123-8; BDF as BioSemi describes it:
// the same with 24-bit samples). Every field is checked; an error names its byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "fascikit/core/recording.hpp"

namespace fascikit::io {

struct EdfSignal {
    std::string label, transducer, unit, prefiltering;
    double physical_min = 0, physical_max = 0;
    std::int64_t digital_min = 0, digital_max = 0;
    std::int64_t samples = 0;        ///< a data record
    std::int64_t offset = 0;         ///< bytes from the start of a data record
    bool annotations = false;
};

struct EdfHeader {
    bool bdf = false;
    bool plus = false;
    bool discontinuous = false;
    int width = 2;                   ///< bytes a sample
    std::int64_t bytes = 0;          ///< of the header
    std::int64_t records = 0;
    double record_s = 0;
    std::int64_t record_bytes = 0;
    std::vector<EdfSignal> signals;
    Identity identity;
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;   ///< month 0: unknown
    std::vector<std::string> warnings;

    [[nodiscard]] std::string format() const {
        return std::string(bdf ? "BDF" : "EDF") + (discontinuous ? "+D" : plus ? "+C" : "");
    }
};

[[nodiscard]] EdfHeader read_edf_header(const FileBytes& file);

struct EdfAnnotations {
    std::vector<Annotation> list;    ///< onsets from the start time of the header
    std::vector<double> record_s;    ///< onset of each data record; empty without timekeeping
    std::vector<std::string> warnings;
};

/// Reads every annotation signal of every record. Without a readable time of a record `record_s` is empty, or, for
/// EDF+D, whose times cannot be known otherwise, InputError names the byte.
[[nodiscard]] EdfAnnotations read_edf_annotations(const FileBytes& file, const EdfHeader& header);

}  // namespace fascikit::io
