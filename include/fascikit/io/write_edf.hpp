// write_edf: samples as an EDF+C file with annotations, all of them.
//
// Physical range per channel symmetric, from the data with a tenth to spare, so that
// no sample lies at a rail and 0 µV is stored as 0; a step is the largest sample /
// 29 789, and rounding is to the nearest step. Samples that are no number are stored
// as 0 and each stretch that is so on all channels gets the annotation "no data".
// Records hold a whole number of samples; where the length of the recording allows no
// such record the last one is filled with 0 and "end of recording" marks where.
// EDF keeps 40 bytes of an annotation here: a longer text continues in a further one
// at the same time. Every annotation is read back and compared; a file that lost one
// is an error.
//
// Start time from info.start_time, 1985-01-01 00:00:00 (the anonymous one) where that
// is empty; patient and recording fields only with `keep_identity`. The file appears
// whole or not at all.
//
// Limits (InputError): labels of at most 16 ASCII characters, 640 channels, samples up
// to 9e6 µV, a rate that is a whole number of samples in some record of 1 ms to 60 s.
// Cost: two passes over `read`; memory: one record of all channels. Threads: any, one file
// after the other: EDFlib is behind a mutex, so `read` must not write EDF itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fascikit/core/result.hpp"
#include "fascikit/io/write.hpp"

namespace fascikit::io {

struct EdfOptions {
    bool keep_identity = false;
};

/// info.frames × info.channels.size() samples in µV, given by `read`.
void write_edf(const std::string& path, const ReadBlock& read, const RecordingInfo& info,
               const std::vector<Annotation>& annotations = {}, const EdfOptions& options = {});

/// Samples in memory, in µV; their number is info.frames × info.channels.size().
void write_edf(const std::string& path, BlockView<const float> samples, const RecordingInfo& info,
               const std::vector<Annotation>& annotations = {}, const EdfOptions& options = {});

/// A copy of the signal with every burst as an annotation "<label> <probability> @<site>"
/// (the site only where there are several). Labels of channels are shortened to what EDF
/// holds. Annotations of the original may name people: they are kept with `keep_identity` only.
void write_annotated_copy(const Analysis& analysis, const ReadBlock& read, const std::string& path,
                          const EdfOptions& options = {});

template <Source S>
void write_annotated_copy(const Analysis& analysis, const S& source, const std::string& path,
                          const EdfOptions& options = {}) {
    write_annotated_copy(
        analysis, ReadBlock([&source](std::int64_t first, BlockView<float> out) { source.read(first, out); }), path,
        options);
}

}  // namespace fascikit::io
