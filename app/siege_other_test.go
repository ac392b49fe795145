//go:build !linux

package main

import "testing"

func (s *siege) people(*testing.T) {}

func (s *siege) swap(*testing.T, bool) {}
